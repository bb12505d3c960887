/*
 * The second half of the diagnosis, and what follows from it.
 *
 * INVARIANTS
 * - What stays sick without traffic is sick, what has calmed down was load; both by the finding that it was drained for.
 * - What a human has ordered is not diagnosed: it is carried out.
 * - Which remedy follows is planned from a look that is as fresh as its intent.
 * - Where the reboot waits for a budget all of that is asked again each time: what has calmed down meanwhile is not rebooted.
 */

import type { PoolView } from '../../pool/view.ts';
import type { RoundVerdict } from '../doctor/diagnosis/definition.ts';
import { definitionOf, type FindingKind } from '../doctor/diagnosis/findings.ts';
import { judgeDrainedRound } from '../doctor/diagnosis/round.ts';
import { giveUp } from '../doctor/life/give-up.ts';
import type { Evidence } from '../doctor/ports/evidence.ts';
import { afterDrain, afterDrainByOrder } from '../doctor/treatment/after-drain.ts';
import { calmMsOf } from '../doctor/treatment/calm.ts';
import { type Plan, planFor } from '../doctor/treatment/plan.ts';
import { type AskedInstance, askedLately, askNow } from './asked-instance.ts';
import { type Context, change, policyOf, whoOf } from './context.ts';
import { giveBackIfWell } from './giving-back.ts';
import { checkLocally } from './local-checks.ts';
import type { Look } from './look.ts';
import { meansOf } from './means.ts';
import { ask, commitFirstIntent, whileRebooting } from './rebooting.ts';
import { restart } from './restarting.ts';

/** Watches the drained node for the policy's `drain.calm`, or as long as its finding needs, then treats it or gives it back. */
export const diagnose = async (context: Context, drain: string, look: () => Promise<Look>): Promise<void> => {
  // EC2's client is loaded and a connection made now: the token is checked moments before the call is sent.
  const instance = askNow(context);
  if (await isOrdered(context, look))
    return untilDone(context, look, async () => obey(context, drain, look, await instance));
  await context.parts.vitals.measure({ deadlineMs: 5_000, signal: context.signal });
  const { drainPollMs } = context.options;
  const calm = await goesOn(context, look, drainPollMs, (view) => calmMsOf(findingOf(context, view), policyOf(view)));
  if (calm === undefined) return;
  const verdict = await judge(context, calm);
  await untilDone(context, look, async (view) =>
    treat(
      { context, drain, look, instance: await instance, evidence: undefined },
      view === undefined ? verdict : await judge(context, view),
    ),
  );
};

/** What an attempt came to; `waits`: its reboot waits for a budget. */
type Came = 'done' | 'waits';

/** Pauses between two attempts of a reboot that waits: EC2 is asked with each. */
const shortestPauseMs = 5_000;
const longestPauseMs = 15_000;
/** And how often the pool is looked at meanwhile. */
const waitLookMs = 1_000;

/** @param attempt takes the pool as it was seen after a wait; undefined: it is the first */
const untilDone = async (
  context: Context,
  look: () => Promise<Look>,
  attempt: (view: PoolView | undefined) => Promise<Came>,
): Promise<void> => {
  let view: PoolView | undefined;
  for (
    let pauseMs = shortestPauseMs;
    (await attempt(view)) === 'waits';
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  ) {
    const jitteredMs = pauseMs * (0.5 + context.parts.random());
    view = await goesOn(context, look, waitLookMs, () => jitteredMs);
    if (view === undefined) return;
  }
};

const isOrdered = async ({ self }: Context, look: () => Promise<Look>): Promise<boolean> => {
  const seen = await look();
  return seen.kind === 'goes-on' && seen.view.nodes.get(self.id)?.orderedBy !== undefined;
};

/** Carries out the reboot that a human has ordered. */
const obey = async (
  context: Context,
  drain: string,
  look: () => Promise<Look>,
  before: AskedInstance,
): Promise<Came> => {
  const instance = await askedLately(context, before);
  const seen = await look();
  const record = seen.kind === 'over' ? undefined : seen.view.nodes.get(context.self.id);
  if (record === undefined || context.signal.aborted) return 'done';
  const follows = afterDrainByOrder(record, instance.state);
  if (follows.kind === 'give-back') return giveBack(context, drain, follows);
  const evidence = await context.evidence.collect(drain);
  return reboot({ context, drain, look, instance, evidence }, follows.because);
};

/** Takes what follows from the verdict of a round without traffic. */
const treat = async (bed: Sickbed, verdict: RoundVerdict): Promise<Came> => {
  const { context, drain, look } = bed;
  const instance = await askedLately(context, bed.instance);
  const seen = await look();
  if (seen.kind === 'over' || context.signal.aborted) return 'done';
  const follows = afterDrain(context.self.id, verdict, instance.state);
  if (follows.kind === 'give-back') return giveBack(context, drain, follows);
  return climb({ ...bed, instance, evidence: await context.evidence.collect(drain) }, follows.because);
};

const giveBack = async (context: Context, drain: string, back: Parameters<typeof giveBackIfWell>[2]): Promise<Came> => {
  await giveBackIfWell(context, drain, back);
  return 'done';
};

/** Waits for as long as is said of the pool as it is seen; undefined where the drain was over before. */
const goesOn = async (
  { parts, signal }: Context,
  look: () => Promise<Look>,
  lookEveryMs: number,
  waitMs: (view: PoolView) => number,
): Promise<PoolView | undefined> => {
  const beganMs = parts.clock.monotonicMs();
  while (!signal.aborted) {
    const seen = await look();
    if (seen.kind === 'over') return undefined;
    const leftMs = beganMs + waitMs(seen.view) - parts.clock.monotonicMs();
    if (leftMs <= 0) return seen.view;
    await parts.clock.sleep(Math.min(lookEveryMs, leftMs), signal);
  }
  return undefined;
};

/** The node by the finding that it was drained for. */
const judge = async (context: Context, view: PoolView): Promise<RoundVerdict> => {
  const { parts, signal } = context;
  const finding = findingOf(context, view);
  const definition = definitionOf(finding);
  if (definition === undefined) return { kind: 'unknown', because: `${finding} is a finding of another version` };
  const isOfChecks = finding === ('check' satisfies FindingKind);
  const checks = isOfChecks ? await checkLocally(context, policyOf(view), signal) : undefined;
  const vitals = await context.memory.withNames(await parts.vitals.measure({ deadlineMs: 5_000, signal }));
  return judgeDrainedRound(definition, { vitals, checks }, policyOf(view).vitals);
};

/** A record without one was written by a version that knew CPU alone. */
const findingOf = ({ self }: Context, view: PoolView): string => view.nodes.get(self.id)?.finding ?? 'cpu';

interface Sickbed {
  readonly context: Context;
  readonly drain: string;
  readonly look: () => Promise<Look>;
  readonly instance: AskedInstance;
  /** What has not been told yet. */
  readonly evidence: Evidence | undefined;
}

/** Takes the next remedy of the ladder; where the restart surely failed, the one after it. */
const climb = async (bed: Sickbed, because: string): Promise<Came> => {
  const { context, look, evidence } = bed;
  const seen = await look();
  if (seen.kind === 'over') return 'done';
  const plan = planOf(context, seen.view);
  if (plan.kind === 'quarantine') {
    await change(context, giveUp({ ...failedWith(context, seen.view, because, plan), evidence }));
    return 'done';
  }
  const why = [because, ...plan.skipped].join('; ');
  if (plan.remedy === 'restart-service') {
    const failed = await restart(context, look, why, evidence);
    return failed === undefined ? 'done' : climb({ ...bed, evidence: undefined }, failed);
  }
  return reboot(bed, why);
};

const reboot = async ({ context, drain, instance, evidence }: Sickbed, because: string): Promise<Came> => {
  const { state } = await askedLately(context, instance);
  const intent = await commitFirstIntent(context, because, state, evidence);
  if (intent.kind === 'waits') {
    context.evidence.told(drain);
    return 'waits';
  }
  await whileRebooting(context, intent.kind === 'stands' ? await ask(context, intent.token, state) : intent.answer);
  return 'done';
};

const planOf = (context: Context, view: PoolView): Plan =>
  planFor(findingOf(context, view), view.nodes.get(context.self.id) ?? {}, meansOf(context, view));

const failedWith = (
  context: Context,
  view: PoolView,
  because: string,
  { because: next, wants }: Extract<Plan, { kind: 'quarantine' }>,
) => ({
  ...whoOf(context),
  policy: policyOf(view),
  mode: context.options.mode,
  watchedMs: context.known.watchedMs(),
  because: `${because}; ${next}`,
  wants,
});
