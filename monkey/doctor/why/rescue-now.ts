/*
 * What a controller does in the stead of an agent that says nothing, as far as the pool tells. That it acts
 * (`controller.mode`), and what EC2 says of the machine, only the controller knows.
 */
import { formatMs } from '../../../pool/units.ts';
import { isMidTreatment, rescueDueMs, wantsStopStart } from '../rescue/duty.ts';
import { rungOf } from '../rescue/ladder.ts';
import { overdueAtMs } from '../treatment/overdue-at.ts';
import type { Case } from './case.ts';
import { leaderOf } from './leader-of.ts';

export interface RescueAhead {
  /** Whether it begins a treatment or goes on with one: other guards are asked. */
  readonly phase: 'first' | 'next';
  /** Null: as soon as guards and EC2 allow it. */
  readonly atMs: number | null;
  /** What is done, in words: `reboots it`. */
  readonly does: string;
}

/** Undefined: no controller will touch its machine, as things are. */
export const rescueAhead = (it: Case): RescueAhead | undefined => {
  const { node, policy, silent } = it;
  if (wantsStopStart(node)) return { phase: 'first', atMs: null, does: 'stops and starts its machine' };
  if (node.state === 'rebooting') return notReturned(it);
  const dueMs = silent ? rescueDueMs(policy, node) : undefined;
  return dueMs === undefined || !Number.isFinite(dueMs)
    ? undefined
    : { phase: isMidTreatment(node) ? 'next' : 'first', atMs: dueMs, does: 'reboots its machine' };
};

const notReturned = ({ node, policy, silent }: Case): RescueAhead | undefined => {
  if (node.heldBy !== undefined || !(silent || node.call !== undefined)) return undefined;
  const atMs = overdueAtMs(node, policy) ?? node.sinceMs;
  const human = 'quarantines it, and a human is paged';
  const steps = {
    reboot: `reboots it again; after ${formatMs(policy.reboot.deadline)} more, stops and starts it; at last ${human}`,
    'stop-start': `stops and starts its machine, or where that may not be, ${human}`,
    human,
  };
  return { phase: 'next', atMs, does: steps[rungOf(node)] };
};

/** Who does it, in words. */
export const rescuerOf = (it: Case): string => `${leaderOf(it)}, if its controller.mode is act,`;
