import { census } from '../../monkey/doctor/treatment/census.ts';
import type { Question } from '../../monkey/doctor/treatment/guard.ts';
import type { PolicySource } from '../../pool/policy.ts';
import type { NodeRecord } from '../../pool/record.ts';
import type { PoolView } from '../../pool/view.ts';
import { policyOf, viewOf } from './view.ts';

/** What a guard is asked: whether the first of these nodes may be taken out. */
export const questionOf = (
  nodes: readonly NodeRecord[],
  { policy: source = {}, view: part = {}, ...rest }: QuestionParts = {},
): Question => {
  const [node] = nodes;
  if (node === undefined) throw new Error('a question is about a node');
  const policy = policyOf(source);
  const view = viewOf(nodes, part);
  const asked = { remedy: 'reboot', instance: { kind: 'known', state: 'running' }, viewAgeMs: 20 } as const;
  return { node, view, policy, census: census(view, policy), ...asked, ...rest };
};

interface QuestionParts extends Partial<Pick<Question, 'remedy' | 'instance' | 'viewAgeMs' | 'sinceLostPoolMs'>> {
  readonly policy?: PolicySource;
  readonly view?: Partial<PoolView>;
}
