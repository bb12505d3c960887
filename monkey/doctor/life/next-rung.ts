/*
 * What follows checks that fail after a remedy: the next one of the ladder.
 *
 * INVARIANTS
 * - The agent goes from the restart of its service to the reboot, and no further: the rest is a controller's.
 * - The guards that stand in time are asked again: lever, hold, budgets, EC2's word, a fresh view. The node is out
 *   already, so those that count nodes have nothing to say.
 * - Whether other nodes were found doing the same is asked right before the reboot out of a drain: what this one was doing is
 *   known only since then. No restart comes before it: one is tried for findings of which no profile tells.
 * - Budgets are asked right before every intent that leaves a drain, whatever remedy the treatment was admitted for.
 * - A veto that passes is waited for, within the time of a reboot: in the drain by who is in it, in its checks by who was
 *   restarted. The others end in quarantine at once.
 */
import type { CommitDraft, Decide, Decision } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { census } from '../treatment/census.ts';
import type { Question, Veto } from '../treatment/guard.ts';
import { askGuards, guardsNamed, vetoesOf } from '../treatment/guards.ts';
import { type Able, ableHere, ladderOf, type Plan, planFor } from '../treatment/plan.ts';
import { failChecks } from './after-checks.ts';
import { awaitReboot, passes } from './await-reboot.ts';
import { checkEntries, checkNotices } from './checks-told.ts';
import { told } from './draft.ts';
import { rememberDoing, tellItIsTheCode } from './found-doing.ts';
import { giveUp } from './give-up.ts';
import { firstIntent, type Intent, intend } from './intend.ts';
import { own } from './own.ts';
import { type Failed, obstacleTo } from './shut-out.ts';
import { waitDrained, waitUntilMs } from './wait-drained.ts';

export interface FailedChecks extends Failed {
  readonly bootId: string;
  readonly service: Able;
  /** What guards are told beside the pool itself. */
  readonly known: Omit<Question, 'node' | 'view' | 'policy' | 'census' | 'remedy'>;
}

type Asking = Pick<FailedChecks, 'policy' | 'watchedMs' | 'known'>;

const asked = guardsNamed('lever', 'hold', 'node-budget', 'pool-budget', 'running', 'fresh-view');

/** The next remedy is intended where there is one and it may be; otherwise the node goes out. */
export const climbOrFail =
  (failed: FailedChecks): Decide =>
  (view, commitId) => {
    const record = own(view, failed, 'checking');
    if (record === undefined || !hasRestarted(record) || failed.mode === 'observe')
      return failChecks(failed)(view, commitId);
    const means = { nowMs: view.nowMs, skipMs: failed.policy.remedies.skip, able: ableHere(failed.service) };
    const plan = planFor(record.finding ?? 'cpu', record, means);
    if (plan.kind === 'quarantine' || plan.remedy !== 'reboot') return failChecks(failed)(view, commitId);
    const vetoes = vetoesOf(askGuards(questionOf(failed, record, view), asked));
    const because = `not well after the restart of its service: ${failed.because}`;
    if (record.bootId === failed.bootId && vetoes.length === 0)
      return reboot(failed, because, plan, record, view, commitId);
    const untilMs = awaitedUntilMs(record, failed);
    if (vetoes.length > 0 && vetoes.every((one) => passes(one, failed.known)) && view.nowMs < untilMs)
      return awaitReboot(
        { because, against: textOf(vetoes), untilMs, results: failed.results },
        record,
        view,
        commitId,
      );
    return failChecks({ ...failed, because: `${because}; no reboot follows: ${textOf(vetoes)}` })(view, commitId);
  };

/** A reboot that may not be is waited for as long as one that was asked for, once the restart has had its own time. */
const awaitedUntilMs = ({ remedies, sinceMs }: NodeRecord, { policy }: Pick<FailedChecks, 'policy'>): number =>
  (remedies?.at(-1)?.atMs ?? sinceMs) + policy.restart.deadline + policy.checks.deadline + policy.reboot.deadline;

export interface RebootNext extends Intent, Pick<FailedChecks, 'mode' | 'watchedMs' | 'known'> {}

/**
 * The reboot out of a drain. Budgets are always asked: what a treatment was admitted for is not always what comes of it. A
 * restart of the service asks none, and it may have failed by now, or the agent was started anew without knowing how. Where
 * one vetoes the node waits in its drain, if that veto passes by itself, or goes out.
 */
export const rebootOrGiveUp =
  (next: RebootNext): Decide =>
  (view, commitId) => {
    const { node, evidence, policy } = next;
    const decision = rememberDoing(intend(next)(view, commitId), node, evidence, view);
    const record = view.nodes.get(node);
    if (decision.kind === 'nothing' || record === undefined) return decision;
    const question = { ...questionOf(next, record, view), fingerprint: evidence?.profile?.fingerprint };
    const vetoes = vetoesOf(askGuards(question, hasRestarted(record) ? asked : budgets)).filter(
      (one) => !isSettled(one, record),
    );
    const follows: Decision =
      vetoes.length === 0
        ? { kind: 'commit', draft: expectingNobodyElse(decision.draft, view) }
        : waitOrGiveUp(next, vetoes, record, view, commitId);
    return tellItIsTheCode(follows, record, { evidence, policy, view, commitId });
  };

const waitOrGiveUp = (
  next: RebootNext,
  vetoes: readonly Veto[],
  record: NodeRecord,
  view: PoolView,
  commitId: string,
): Decision => {
  const { node, because, evidence, policy, known } = next;
  const against = textOf(vetoes);
  const until = { nowMs: view.nowMs, policy, instance: known.instance };
  const untilMs = obstacleTo(next, view) === undefined ? waitUntilMs(vetoes, record, until) : undefined;
  if (untilMs === undefined)
    return giveUp({ ...next, because: `${because}; no reboot follows: ${against}` })(view, commitId);
  return rememberDoing(
    waitDrained({ because, against, untilMs, evidence }, record, view, commitId),
    node,
    evidence,
    view,
  );
};

const budgets = guardsNamed('node-budget', 'pool-budget', 'fingerprint');

/**
 * Was this answered when the treatment began? By a human who passed over it; or, where the first remedy is a reboot, by the
 * admission, which has counted the others under way: they ask for themselves.
 */
const isSettled = ({ guard, detail }: Veto, record: NodeRecord): boolean => {
  if (record.forced?.includes(guard) === true) return true;
  const beganWithReboot = ladderOf(record.finding ?? 'cpu')[0] === 'reboot' && !hasRestarted(record);
  const { reboots, limit } = detail;
  return guard === 'pool-budget' && beganWithReboot && Number(reboots) < Number(limit);
};

const textOf = (vetoes: readonly Veto[]): string =>
  vetoes.map(({ guard, because }) => `${guard}: ${because}`).join('; ');

/** The budgets were asked about the view: nobody has begun a reboot since. */
const expectingNobodyElse = (draft: CommitDraft, { admissionVersion }: PoolView): CommitDraft => ({
  ...draft,
  expect: [...draft.expect, { kind: 'admission', admissionVersion }],
});

/** Was the restart of the service the last remedy of the treatment under way? */
export const hasRestarted = ({ incident, remedies = [], treatmentTimes }: NodeRecord): boolean => {
  const last = remedies.at(-1);
  return incident !== undefined && last?.remedy === 'restart-service' && last.atMs >= (treatmentTimes.at(-1) ?? 0);
};

const questionOf = ({ policy, watchedMs, known }: Asking, node: NodeRecord, view: PoolView): Question => ({
  ...known,
  ...{ node, view, policy, census: census(view, policy, watchedMs), remedy: 'reboot' },
});

const reboot = (
  { node, session, policy, bootId, results }: FailedChecks,
  because: string,
  { skipped }: Extract<Plan, { kind: 'remedy' }>,
  record: NodeRecord,
  view: PoolView,
  commitId: string,
): Decision => {
  const why = [because, ...skipped].join('; ');
  const intent: Intent = { node, session, policy, bootId, because: why, phase: 'first' };
  const decision = firstIntent(intent, record, view, commitId);
  if (decision.kind === 'nothing') return decision;
  const { draft } = decision;
  return {
    kind: 'commit',
    draft: {
      ...expectingNobodyElse(draft, view),
      writes: [...told(record, ...checkEntries(results)), ...draft.writes],
      notices: [...checkNotices(record, results, commitId), ...draft.notices],
    },
  };
};
