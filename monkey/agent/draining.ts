import type { NodeRecord } from '../../pool/record.ts';
import type { PoolView } from '../../pool/view.ts';
import { judgeRound } from '../doctor/diagnosis/round.ts';
import { endDrain, giveBack, tellDrained } from '../doctor/life/after-drain.ts';
import { afterDrain, neededBack } from '../doctor/treatment/after-drain.ts';
import { drained } from '../doctor/treatment/drained.ts';
import { checkOnce } from './checking.ts';
import { type Context, change, policyOf, viewNow } from './context.ts';
import { rebootNow, whileRebooting } from './rebooting.ts';

/** Carries a drain of this node to its end, and on to what it was for. Also after a restart in the middle of it. */
export const whileDraining = async (context: Context, record: NodeRecord): Promise<void> => {
  const treats = record.purpose === 'treat' && record.heldBy === undefined;
  const policy = policyOf(await viewNow(context));
  // Evidence is taken beside the drain and under its own deadline: it never delays the cure.
  const evidence = treats
    ? context.parts.evidence.take({ deadlineMs: policy.evidence.deadline, signal: context.signal })
    : undefined;
  const ended = await untilDrained(context, record);
  if (ended.kind === 'over') return;
  if (!treats || evidence === undefined) {
    await change(context, endDrain(who(context), ended.because));
    return;
  }
  await change(context, tellDrained(who(context), ended.because, await evidence));
  await diagnoseAndTreat(context);
};

const who = ({ self }: Context) => ({ node: self.id, session: self.session });

type Ended = { readonly kind: 'drained'; readonly because: string } | { readonly kind: 'over' };

const untilDrained = async (context: Context, record: NodeRecord): Promise<Ended> => {
  const { parts, options, signal } = context;
  const port = options.appPort ?? portOf(record.url);
  while (!signal.aborted) {
    const view = await viewNow(context);
    const now = view.nodes.get(record.id);
    if (now?.state !== 'draining' || now.drain !== record.drain || now.session !== context.self.session)
      return { kind: 'over' };
    const answer = drained(view, now, policyOf(view), await parts.machine.establishedTo(port));
    if (answer.kind === 'drained') return answer;
    if (await returnIfNeeded(context, view, now)) return { kind: 'over' };
    await parts.clock.sleep(Math.min(options.drainPollMs, Math.max(answer.remainingMs, 1)), signal);
  }
  return { kind: 'over' };
};

/** Others have failed meanwhile: a draining node that passes its checks is better than none. */
const returnIfNeeded = async (context: Context, view: PoolView, record: NodeRecord): Promise<boolean> => {
  const needed = neededBack(view, record, policyOf(view));
  if (needed === undefined) return false;
  const checked = await checkOnce(context, policyOf(view));
  if (!checked.ok) return false;
  const outcome = await change(context, giveBack(who(context), 'returned', needed));
  return outcome.kind === 'committed';
};

/** The drain is part of the diagnosis: what stays hot without traffic is sick, what has calmed down was load. */
const diagnoseAndTreat = async (context: Context): Promise<void> => {
  const { parts, self, signal } = context;
  const policy = policyOf(await viewNow(context));
  const limits = { deadlineMs: 5_000, signal };
  // EC2's client is loaded and a connection made now: the token is checked moments before the call is sent.
  const instance = parts.power.describe(self.id, limits);
  await parts.vitals.measure(limits);
  await parts.clock.sleep(policy.drain.calm, signal);
  const verdict = judgeRound(await parts.vitals.measure(limits), policy.vitals);
  if (signal.aborted) return;
  const view = await viewNow(context);
  const plan = afterDrain(view, self.id, verdict, await instance);
  if (plan.kind === 'give-back') {
    await change(context, giveBack(who(context), plan.outcome, plan.because));
    return;
  }
  const answer = await rebootNow(context, plan.because);
  if (answer !== 'not-intended') await whileRebooting(context, answer);
};

const portOf = (url: string): number => {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
};
