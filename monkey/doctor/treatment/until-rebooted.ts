/*
 * What to do while a record says `rebooting` and the boot id is still the old one: the call is under way, or it was
 * lost, or it was never made.
 *
 * INVARIANTS
 * - After an answer that may mean yes, nothing is asked again before the settle time has passed.
 * - Nothing is asked again while healing is stopped, or for a node that a human holds.
 * - A machine that a controller stops and starts is left to it.
 * - It always ends, at the policy's deadline, or when the settle time of the last call is over, if that comes later:
 *   whoever goes on then, a controller with a stop perhaps, does not meet a boot that has just begun.
 */
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PowerAnswer } from '../ports/power.ts';

export type RebootStep =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'ask-again'; readonly because: string }
  | { readonly kind: 'give-up'; readonly because: string };

export interface Asked {
  /** Since the state was entered. */
  readonly passedMs: number;
  /** Until EC2 may be asked again: the settle time, or a pause after a refusal; 0 or less: now. */
  readonly askInMs: number;
  /** What EC2 said last; undefined: nobody knows, it was asked by a process that is gone. */
  readonly answer: PowerAnswer | undefined;
  /** Why healing is stopped. */
  readonly stopped: string | undefined;
}

/** While healing is stopped, or in other hands, how long until that is looked at again. */
const stoppedLookMs = 1_000;

export const untilRebooted = (record: NodeRecord, policy: Policy, asked: Asked): RebootStep => {
  const { passedMs, askInMs, answer, stopped } = asked;
  if (record.call !== undefined) return { kind: 'wait', ms: stoppedLookMs };
  const leftMs = policy.reboot.deadline - passedMs;
  const said = stopped === undefined ? wordsOf(answer) : `${wordsOf(answer)}; ${stopped}`;
  if (leftMs <= 0 && askInMs > 0 && mayHaveBegun(answer)) return { kind: 'wait', ms: askInMs };
  if (leftMs <= 0)
    return { kind: 'give-up', because: `not rebooted within ${formatMs(policy.reboot.deadline)}: ${said}` };
  if (askInMs > 0) return { kind: 'wait', ms: Math.min(askInMs, leftMs) };
  if (record.heldBy !== undefined)
    return { kind: 'give-up', because: `not rebooted before ${record.heldBy} held it: ${said}` };
  if (stopped !== undefined) return { kind: 'wait', ms: Math.min(stoppedLookMs, leftMs) };
  return { kind: 'ask-again', because: `${said}; asking again` };
};

/** Whether this answer may mean that a reboot has begun. */
export const mayHaveBegun = (answer: PowerAnswer | undefined): boolean =>
  answer === undefined || answer.kind === 'accepted' || answer.kind === 'unknown';

const wordsOf = (answer: PowerAnswer | undefined): string => {
  if (answer === undefined) return 'the boot id is still the same';
  if (answer.kind === 'accepted') return 'EC2 accepted, but the boot id is still the same';
  return answer.kind === 'unknown' ? `EC2 did not answer: ${answer.because}` : `${answer.code}: ${answer.because}`;
};
