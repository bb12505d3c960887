import { type NodeRecord, treatmentTimesKept } from '../../../pool/record.ts';
import { lastTreatedMs } from './last-treated.ts';

/** A treatment within this time of the last one is a relapse: the last remedy did not last. */
export const relapseWithinMs = 24 * 3_600_000;

export const isRelapse = (node: Pick<NodeRecord, 'treatmentTimes'>, nowMs: number): boolean => {
  const lastMs = lastTreatedMs(node);
  return lastMs !== undefined && nowMs - lastMs <= relapseWithinMs;
};

/** What a record says of its treatments once another begins now (Redis TIME). */
export const treatedAnew = (
  node: Pick<NodeRecord, 'relapses' | 'treatmentTimes'>,
  nowMs: number,
): Pick<NodeRecord, 'relapses' | 'treatmentTimes'> => ({
  relapses: isRelapse(node, nowMs) ? node.relapses + 1 : 0,
  treatmentTimes: [...node.treatmentTimes, nowMs].slice(-treatmentTimesKept),
});
