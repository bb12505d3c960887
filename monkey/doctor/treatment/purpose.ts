import type { DrainPurpose, NodeRecord } from '../../../pool/record.ts';

/**
 * What the drain under way is for by now: a human's hold that came meanwhile turns a treatment into a hold, and who
 * leaves leaves. A drain that does not say what it is for is a treatment, which ends in service where nothing is
 * found: a node that nobody goes on with would be out for ever.
 */
export const purposeOf = ({ purpose, heldBy }: Pick<NodeRecord, 'purpose' | 'heldBy'>): DrainPurpose => {
  if (purpose === 'leave') return 'leave';
  return heldBy === undefined ? (purpose ?? 'treat') : 'hold';
};
