/*
 * Asking for the reboot, and waiting for what only a new boot can prove.
 *
 * INVARIANTS
 * - EC2 is asked only on an intent that stands committed and acknowledged, at most 500 ms (monotonic) after the reading of
 *   its token was sent, and only where it says that the machine is running.
 * - After an answer that may mean yes, nothing is asked again before the intent's settle time has passed.
 * - Every asking has an intent commit of its own before it.
 * - Nothing is asked again while healing is stopped, or for a node that a human holds.
 */
import { type NodeRecord, type Token, tokenOf } from '../../pool/record.ts';
import { stillHolds } from '../../pool/still-holds.ts';
import type { PoolView } from '../../pool/view.ts';
import { failChecks } from '../doctor/life/after-checks.ts';
import { intend } from '../doctor/life/intend.ts';
import { rebootOrGiveUp } from '../doctor/life/next-rung.ts';
import { own } from '../doctor/life/own.ts';
import { goesOnWaiting } from '../doctor/life/wait-drained.ts';
import type { Evidence } from '../doctor/ports/evidence.ts';
import type { InstanceState, PowerAnswer } from '../doctor/ports/power.ts';
import { stopped } from '../doctor/treatment/after-drain.ts';
import { saysRunning } from '../doctor/treatment/guards/running.ts';
import { mayHaveBegun, untilRebooted } from '../doctor/treatment/until-rebooted.ts';
import { type Context, change, policyOf, viewNow, whoOf } from './context.ts';
import { since } from './since.ts';

/** EC2 surely did nothing: it may be asked again before the settle time is over. */
const notAsked = (because: string): PowerAnswer => ({ kind: 'throttled', code: 'NotAsked', because });

type Intended =
  | { readonly kind: 'stands'; readonly token: Token }
  | { readonly kind: 'none'; readonly answer: PowerAnswer };

/** The reboot waits until a budget has room; what had to be told of that, evidence too, has been. */
interface Waits {
  readonly kind: 'waits';
}

/**
 * Commits the first intent out of the drain, or, where a guard vetoes a reboot that none was asked about, that it waits, or
 * the end of it.
 */
export const commitFirstIntent = async (
  context: Context,
  because: string,
  instance: InstanceState,
  evidence?: Evidence,
): Promise<Intended | Waits> => {
  const { options, known, self } = context;
  const policy = policyOf(await viewNow(context));
  const sinceLostPoolMs = known.sinceLostPoolMs();
  const next = rebootOrGiveUp({
    ...whoOf(context),
    ...{ phase: 'first', bootId: self.bootId, policy, because, mode: options.mode, watchedMs: known.watchedMs() },
    ...(evidence === undefined ? {} : { evidence }),
    known: { instance, viewAgeMs: 0, ...(sinceLostPoolMs === undefined ? {} : { sinceLostPoolMs }) },
  });
  const outcome = await change(context, next);
  return isWaiting(outcome) ? { kind: 'waits' } : intendedBy(outcome);
};

const isWaiting = (outcome: Awaited<ReturnType<typeof change>>): boolean =>
  outcome.kind === 'committed'
    ? outcome.draft.what === 'reboot-waits'
    : outcome.kind === 'nothing' && outcome.detail?.[goesOnWaiting] === true;

const commitIntentAgain = async (context: Context, because: string): Promise<Intended> => {
  const policy = policyOf(await viewNow(context));
  const { bootId } = context.self;
  return intendedBy(await change(context, intend({ ...whoOf(context), phase: 'again', bootId, policy, because })));
};

const intendedBy = (outcome: Awaited<ReturnType<typeof change>>): Intended => {
  if (outcome.kind !== 'committed')
    return { kind: 'none', answer: notAsked(`no intent could be committed: ${outcome.because}`) };
  const { what } = outcome.draft;
  return what === 'rebooting' || what === 'intended-again'
    ? { kind: 'stands', token: `${outcome.version}:${outcome.commit}` }
    : { kind: 'none', answer: notAsked(`no reboot was intended, the node is ${what}`) };
};

/** What EC2 says of this machine. Never throws. */
export const describeSelf = async ({ parts, self, signal }: Context): Promise<InstanceState> =>
  parts.power
    .describe(self.id, { deadlineMs: 5_000, signal })
    .catch((error: unknown) => ({ kind: 'unknown', because: String(error) }));

/** Asks EC2 for the reboot, if the intent still stands at that very moment. */
export const ask = async (context: Context, intent: Token, instance: InstanceState): Promise<PowerAnswer> => {
  const { parts, self, signal } = context;
  const held = await stillHolds(
    parts.clock,
    () => viewNow(context),
    ({ nodes }) => whyNot(nodes.get(self.id), intent),
  );
  const obstacle = instanceObstacle(instance) ?? held.obstacle;
  if (obstacle !== undefined || signal.aborted) {
    parts.log.warn('reboot-not-asked', { node: self.id, because: obstacle ?? 'stopping' });
    return notAsked(obstacle ?? 'stopping');
  }
  const answer = await parts.power
    .reboot(self.id, { deadlineMs: 10_000, signal, sendByMs: held.sendByMs })
    .catch((error: unknown): PowerAnswer => ({ kind: 'unknown', because: String(error) }));
  parts.log.info('reboot-asked', { node: self.id, answer });
  return answer;
};

const instanceObstacle = (instance: InstanceState): string | undefined => {
  const { kind, because } = saysRunning(instance);
  return kind === 'veto' ? because : undefined;
};

const whyNot = (record: NodeRecord | undefined, intent: Token): string | undefined =>
  record !== undefined && tokenOf(record) === intent ? undefined : 'the intent no longer stands';

/** Longest pause before EC2 is asked again after a refusal. */
const longestPauseMs = 30_000;
/** How often the record is looked at meanwhile. */
const lookEveryMs = 5_000;

/**
 * Waits for the new boot that ends this process, asks again where that is due, and gives up at the deadline.
 *
 * @param last what EC2 answered to this process; after a restart nobody knows, which is as good as `unknown`
 */
export const whileRebooting = async (context: Context, last?: PowerAnswer): Promise<void> => {
  const { clock } = context.parts;
  const first = await viewNow(context);
  const record = oldBoot(context, first);
  if (record === undefined) return;
  const passedMs = since(clock, record.sinceMs, first.nowMs);
  const settle = { settleMs: policyOf(first).reboot.settle, settleLeftMs: leftOfSettleMs(record, first) };
  const pace = newPace(context, last, settle);
  while (!context.signal.aborted) {
    const view = await viewNow(context);
    const now = oldBoot(context, view);
    if (now === undefined) return;
    const asked = { passedMs: passedMs(), stopped: halt(context, view), ...pace.now() };
    const step = untilRebooted(now, policyOf(view), asked);
    if (step.kind === 'ask-again') pace.answered(await askAgain(context, step.because), policyOf(view).reboot.settle);
    else if (step.kind === 'give-up') await giveUp(context, view, step.because);
    if (step.kind !== 'ask-again')
      await clock.sleep(step.kind === 'wait' ? Math.min(step.ms, lookEveryMs) : 1_000, context.signal);
  }
};

/** Our record, while it still waits for another boot than this one. */
const oldBoot = (context: Context, view: PoolView): NodeRecord | undefined => {
  const record = own(view, whoOf(context), 'rebooting');
  return record?.bootId === context.self.bootId ? record : undefined;
};

const halt = ({ options, known }: Context, view: PoolView): string | undefined =>
  stopped(view, { mode: options.mode, sinceLostPoolMs: known.sinceLostPoolMs() });

/** What is left of the settle time of an intent that another process committed. */
const leftOfSettleMs = ({ stepDeadlineMs }: NodeRecord, view: PoolView): number => {
  const { settle } = policyOf(view).reboot;
  return Math.min(Math.max((stepDeadlineMs ?? view.nowMs + settle) - view.nowMs, 0), settle);
};

/** When EC2 may be asked again: after the settle time, or sooner where it surely did nothing. */
const newPace = (
  { parts: { clock, random } }: Context,
  last: PowerAnswer | undefined,
  { settleMs, settleLeftMs }: { readonly settleMs: number; readonly settleLeftMs: number },
) => {
  let answer = last;
  let pauseMs = 500;
  const pause = (): number => {
    const ms = pauseMs * (0.5 + random());
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    return ms;
  };
  // What EC2 answered to this process it answered just now; what another asked, it asked soon after its intent.
  let askAtMs = clock.monotonicMs() + (mayHaveBegun(last) ? (last === undefined ? settleLeftMs : settleMs) : pause());
  return {
    now: () => ({ answer, askInMs: askAtMs - clock.monotonicMs() }),
    answered: (next: PowerAnswer, settleMs: number): void => {
      answer = next;
      askAtMs = clock.monotonicMs() + (mayHaveBegun(next) ? settleMs : pause());
    },
  };
};

const askAgain = async (context: Context, because: string): Promise<PowerAnswer> => {
  const instance = await describeSelf(context);
  const intent = await commitIntentAgain(context, because);
  return intent.kind === 'stands' ? ask(context, intent.token, instance) : intent.answer;
};

const giveUp = async (context: Context, view: PoolView, because: string): Promise<void> => {
  const { known, options } = context;
  const policy = policyOf(view);
  const failed = { ...whoOf(context), policy, mode: options.mode, watchedMs: known.watchedMs(), because, results: [] };
  await change(context, failChecks(failed));
};
