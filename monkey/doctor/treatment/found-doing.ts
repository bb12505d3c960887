/** Which nodes were found doing what: read from their records, so that it is as fresh as the view, and bounded by the pool. */
import type { FoundDoing, NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { FindingKind } from '../diagnosis/findings.ts';
import { lastTreatedMs } from './last-treated.ts';

/**
 * Does what this node does tell what is wrong with it? A profile is a picture of CPU: of a node whose memory, disk or checks
 * are bad it shows the work that it does beside. A treatment that names no finding is not judged by it either.
 */
export const isJudgedByDoing = ({ finding }: Pick<NodeRecord, 'finding'>): boolean =>
  finding === ('cpu' satisfies FindingKind);

/** What it was found doing in the treatment under way; what it did before that, and was cured of, says nothing of now. */
export const foundInTreatment = (node: NodeRecord): FoundDoing | undefined => {
  const { fingerprint, incident } = node;
  if (incident === undefined || fingerprint === undefined) return undefined;
  const isOfThis =
    fingerprint.incident === undefined
      ? fingerprint.atMs >= (lastTreatedMs(node) ?? 0)
      : fingerprint.incident === incident;
  return isOfThis ? fingerprint : undefined;
};

export interface FoundAlike extends FoundDoing {
  readonly id: string;
}

/** So much may Redis TIME have gone back since. What is further ahead is left of another clock, and is not waited for. */
const aheadMostMs = 60_000;

/** The nodes that were found doing this within the time before now, the first that was found first. */
export const foundAlike = (view: PoolView, print: string, withinMs: number): readonly FoundAlike[] =>
  [...view.nodes.values()]
    .flatMap(({ id, fingerprint }) => {
      if (fingerprint?.print !== print) return [];
      const ageMs = view.nowMs - fingerprint.atMs;
      return ageMs >= -aheadMostMs && ageMs <= withinMs ? [{ ...fingerprint, id }] : [];
    })
    .sort((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1));

/** The nodes that wait in quarantine as they were found, so that people can look into what they do. */
export const keptAsFound = (view: PoolView): readonly string[] =>
  [...view.nodes.values()]
    .filter((node) => node.state === 'quarantined' && foundInTreatment(node) !== undefined)
    .map(({ id }) => id);
