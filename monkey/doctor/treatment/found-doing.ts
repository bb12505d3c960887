/** Which nodes were found doing what: read from their records, so that it is as fresh as the view, and bounded by the pool. */
import type { FoundDoing, NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { lastTreatedMs } from './last-treated.ts';

/** What it was found doing in the treatment under way; what it did when it was last treated says nothing of now. */
export const foundInTreatment = (node: NodeRecord): FoundDoing | undefined => {
  const { fingerprint, incident } = node;
  return incident !== undefined && fingerprint !== undefined && fingerprint.atMs >= (lastTreatedMs(node) ?? 0)
    ? fingerprint
    : undefined;
};

export interface FoundAlike extends FoundDoing {
  readonly id: string;
}

/** The nodes that were found doing this within the time before now, the first that was found first. */
export const foundAlike = (view: PoolView, print: string, withinMs: number): readonly FoundAlike[] =>
  [...view.nodes.values()]
    .flatMap(({ id, fingerprint }) =>
      fingerprint?.print === print && view.nowMs - fingerprint.atMs <= withinMs ? [{ ...fingerprint, id }] : [],
    )
    .sort((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1));
