/*
 * A quarantined node whose reboot a human has ordered, and that came to nothing.
 *
 * INVARIANTS
 * - Without a reboot that is proven it goes back to where it was: what it was quarantined for nobody has cured, and checks
 *   that pass say nothing of that. Only a human's `readmit` makes them count.
 * - No guard is asked: it served nobody before the order, so the pool has no fewer nodes than it had.
 */
import type { Decision } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { type ShutOut, shutOut } from './shut-out.ts';

type Uncured = NodeRecord & { readonly quarantinedFor: string };

/** Was it quarantined when its reboot was ordered, and is that reboot not proven? */
export const isUncured = (record: NodeRecord): record is Uncured =>
  record.quarantinedFor !== undefined && record.remedy === undefined;

export const quarantinedAgain = (
  record: Uncured,
  { because, evidence, results }: Pick<ShutOut, 'because' | 'evidence' | 'results'>,
  view: PoolView,
  commitId: string,
): Decision => {
  const { quarantinedFor, orderedBy = 'a human' } = record;
  const why = `${quarantinedFor}; the reboot that ${orderedBy} ordered was not done: ${because}`;
  return shutOut('quarantined', { because: why, evidence, results }, record, view, commitId);
};
