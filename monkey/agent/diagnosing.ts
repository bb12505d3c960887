/*
 * The second half of the diagnosis, and what follows from it.
 *
 * INVARIANTS
 * - What stays sick without traffic is sick, what has calmed down was load; both by the finding that it was drained for.
 * - What a human has ordered is not diagnosed: it is carried out.
 * - Which remedy follows is planned from a look that is as fresh as its intent.
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
import { goOnRestarting, restart } from './restarting.ts';

/** Watches the drained node for the policy's `drain.calm`, or as long as its finding needs, then treats it or gives it back. */
export const diagnose = async (context: Context, drain: string, look: () => Promise<Look>): Promise<void> => {
  const { parts, signal } = context;
  // EC2's client is loaded and a connection made now: the token is checked moments before the call is sent.
  const instance = askNow(context);
  if (await isOrdered(context, look)) return obey(context, drain, look, await instance);
  await parts.vitals.measure({ deadlineMs: 5_000, signal });
  const calm = await staysCalmLongEnough(context, look);
  if (calm === undefined) return;
  const verdict = await judge(context, calm);
  const known = await askedLately(context, await instance);
  const seen = await look();
  if (seen.kind === 'over' || signal.aborted) return;
  const follows = afterDrain(context.self.id, verdict, known.state);
  if (follows.kind === 'give-back') return giveBackIfWell(context, drain, follows);
  const evidence = await context.evidence.collect(drain);
  await climb({ context, drain, look, instance: known, evidence }, follows.because);
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
  instance: AskedInstance,
): Promise<void> => {
  const seen = await look();
  const record = seen.kind === 'over' ? undefined : seen.view.nodes.get(context.self.id);
  if (record === undefined || context.signal.aborted) return;
  const follows = afterDrainByOrder(record, instance.state);
  if (follows.kind === 'give-back') return giveBackIfWell(context, drain, follows);
  await reboot(context, follows.because, instance, await context.evidence.collect(drain));
};

/** Goes on with a restart of the service that was intended, after the agent was started anew. */
export const diagnosedBefore = async (context: Context, drain: string, look: () => Promise<Look>): Promise<void> => {
  const instance = askNow(context);
  const failed = await goOnRestarting(context, look);
  if (failed !== undefined)
    await climb({ context, drain, look, instance: await instance, evidence: undefined }, failed);
};

/** Waits for the calm that its finding needs; undefined where the drain was over before. */
const staysCalmLongEnough = async (context: Context, look: () => Promise<Look>): Promise<PoolView | undefined> => {
  const { parts, options, signal } = context;
  const beganMs = parts.clock.monotonicMs();
  while (!signal.aborted) {
    const seen = await look();
    if (seen.kind === 'over') return undefined;
    const leftMs = beganMs + calmMsOf(findingOf(context, seen.view), policyOf(seen.view)) - parts.clock.monotonicMs();
    if (leftMs <= 0) return seen.view;
    await parts.clock.sleep(Math.min(options.drainPollMs, leftMs), signal);
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
const climb = async (bed: Sickbed, because: string): Promise<void> => {
  const { context, look, instance, evidence } = bed;
  const seen = await look();
  if (seen.kind === 'over') return;
  const plan = planOf(context, seen.view);
  if (plan.kind === 'quarantine') {
    await change(context, giveUp({ ...failedWith(context, seen.view, because, plan), evidence }));
    return;
  }
  const why = [because, ...plan.skipped].join('; ');
  if (plan.remedy === 'restart-service') {
    const failed = await restart(context, look, why, evidence);
    return failed === undefined ? undefined : climb({ ...bed, evidence: undefined }, failed);
  }
  await reboot(context, why, instance, evidence);
};

const reboot = async (
  context: Context,
  because: string,
  instance: AskedInstance,
  evidence: Evidence | undefined,
): Promise<void> => {
  const { state } = await askedLately(context, instance);
  const intent = await commitFirstIntent(context, because, state, evidence);
  await whileRebooting(context, intent.kind === 'stands' ? await ask(context, intent.token, state) : intent.answer);
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
