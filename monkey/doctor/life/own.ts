import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';

/** Who acts, on which of its nodes; a record that says otherwise is not touched. */
export interface Own {
  readonly node: string;
  readonly session: string;
}

/** The record of our own node, if it is in one of these states and our session holds it. */
export const own = (
  view: PoolView,
  { node, session }: Own,
  ...states: readonly NodeRecord['state'][]
): NodeRecord | undefined => {
  const record = view.nodes.get(node);
  return record !== undefined && states.includes(record.state) && record.session === session ? record : undefined;
};
