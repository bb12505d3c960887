/*
 * Asking for the reboot, and waiting for what only a new boot can prove.
 *
 * INVARIANTS
 * - EC2 is asked only on an intent that stands committed, and within 500 ms (monotonic) after its token was seen.
 * - After an answer that may mean yes, nothing is asked again before the intent's settle time has passed.
 * - Every asking has an intent commit of its own before it.
 */
import { type Token, tokenOf } from '../../pool/record.ts';
import { quarantine } from '../doctor/life/after-checks.ts';
import { intend } from '../doctor/life/after-drain.ts';
import type { PowerAnswer } from '../doctor/ports/power.ts';
import { type Context, change, policyOf, viewNow } from './context.ts';

/** The token must have been seen this recently, by our own monotonic clock, when the call is sent. */
const tokenFreshMs = 500;

/** Commits the intent and asks EC2; undefined where there was nothing to intend. */
export const rebootNow = async (context: Context, because: string): Promise<PowerAnswer | 'not-intended'> => {
  const { self } = context;
  const policy = policyOf(await viewNow(context));
  const intent = await change(
    context,
    intend({ node: self.id, session: self.session, bootId: self.bootId, policy }, because),
  );
  return intent.kind === 'committed' ? ask(context, `${intent.version}:${intent.commit}`) : 'not-intended';
};

const ask = async (context: Context, intent: Token): Promise<PowerAnswer> => {
  const { parts, self, signal } = context;
  const readAtMs = parts.clock.monotonicMs();
  const record = (await viewNow(context)).nodes.get(self.id);
  const ageMs = parts.clock.monotonicMs() - readAtMs;
  const because =
    record === undefined || tokenOf(record) !== intent
      ? 'the intent no longer stands'
      : ageMs > tokenFreshMs
        ? `the token was read ${String(Math.round(ageMs))} ms ago`
        : undefined;
  if (because !== undefined || signal.aborted) {
    parts.log.warn('reboot-not-asked', { node: self.id, because: because ?? 'stopping' });
    return { kind: 'throttled', code: 'NotAsked', because: because ?? 'stopping' };
  }
  const answer = await parts.power.reboot(self.id, { deadlineMs: 10_000, signal });
  parts.log.info('reboot-asked', { node: self.id, answer });
  return answer;
};

/**
 * The record says rebooting and the boot id is still the old one: either the call is under way, or it was lost, or it
 * was never made. Waits for the settle time, then asks again on a new intent; gives up at the deadline.
 *
 * @param last what EC2 answered to this process; after a restart nobody knows, which is as good as `unknown`
 */
export const whileRebooting = async (context: Context, last?: PowerAnswer): Promise<void> => {
  const { parts, self, signal } = context;
  let answer = last;
  let pauseMs = 500;
  while (!signal.aborted) {
    const view = await viewNow(context);
    const now = view.nodes.get(self.id);
    if (now?.state !== 'rebooting' || now.session !== self.session || now.bootId !== self.bootId) return;
    const policy = policyOf(view);
    if (view.nowMs - now.sinceMs > policy.reboot.deadline) {
      const because = `not rebooted within its deadline: the boot id is still the same${answer === undefined ? '' : ` (${wordsOf(answer)})`}`;
      await change(context, quarantine({ node: self.id, session: self.session }, policy, because));
      return;
    }
    const waitMs = notBegun(answer) ? pauseMs * (0.5 + parts.random()) : (now.stepDeadlineMs ?? 0) - view.nowMs;
    if (waitMs > 0) await parts.clock.sleep(Math.min(waitMs, 30_000), signal);
    if (waitMs > 30_000 || signal.aborted) continue;
    if (notBegun(answer)) pauseMs = Math.min(pauseMs * 2, 30_000);
    const next = await rebootNow(
      context,
      `asking again: ${answer === undefined ? 'no new boot was seen' : wordsOf(answer)}`,
    );
    answer =
      next === 'not-intended'
        ? { kind: 'throttled', code: 'NotIntended', because: 'no intent could be committed' }
        : next;
  }
};

/** EC2 surely did nothing: it may be asked again before the settle time is over. */
const notBegun = (answer: PowerAnswer | undefined): boolean =>
  answer?.kind === 'throttled' || answer?.kind === 'refused';

const wordsOf = (answer: PowerAnswer): string =>
  answer.kind === 'accepted'
    ? 'EC2 accepted, but no new boot was seen'
    : answer.kind === 'unknown'
      ? answer.because
      : `${answer.code}: ${answer.because}`;
