import type { Neighbour } from '../../../pool/neighbour.ts';
import type { RebootWaits } from '../../../pool/record.ts';
import { purposeOf } from './purpose.ts';

/** What the reboot of this drained node waits for; undefined where it waits for none, or no longer. */
export const waitsFor = (
  node: Pick<Neighbour, 'state' | 'purpose' | 'heldBy' | 'drain' | 'rebootWaits'>,
): RebootWaits | undefined => {
  const { state, drain, rebootWaits } = node;
  const isOfNow = state === 'draining' && purposeOf(node) === 'treat' && rebootWaits?.drain === drain;
  return isOfNow ? rebootWaits : undefined;
};
