import { isKnownState } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import { owesStart } from '../rescue/duty.ts';
import { halfNow } from '../silence/half.ts';
import { calmMsOf } from '../treatment/calm.ts';
import { overdueAtMs } from '../treatment/overdue-at.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { waitsFor } from '../treatment/reboot-waits.ts';
import { stepSlackMs } from '../treatment/step-slack.ts';
import type { Case, FindingLine } from './case.ts';
import { type GuardLine, letsGoInMs, vetoing } from './guards-now.ts';
import { leaderOf } from './leader-of.ts';
import { rescueAhead, rescuerOf } from './rescue-now.ts';
import { servesOn } from './serves-on.ts';
import { isHeldAfter } from './waiting.ts';

export interface NextStep {
  readonly what: string;
  /** Null: nobody can say when. */
  readonly atMs: number | null;
}

/** What has a time comes first, in its order. */
export const nextSteps = (it: Case, finding: FindingLine, guards: readonly GuardLine[]): readonly NextStep[] =>
  [...ofState(it, finding, guards), ...overdue(it), ...rescued(it), ...guardsLetGo(it, guards)]
    .map((step, index) => ({ step, index }))
    .sort((a, b) => (a.step.atMs ?? Infinity) - (b.step.atMs ?? Infinity) || a.index - b.index)
    .map(({ step }) => step);

const at = (atMs: number | null, what: string): NextStep => ({ what, atMs });

const ofState = (it: Case, finding: FindingLine, guards: readonly GuardLine[]): readonly NextStep[] => {
  const { node, policy } = it;
  if (!isKnownState(node.state)) return [];
  switch (node.state) {
    case 'serving':
      return [...slowStart(it), ...serving(it, finding, guards)];
    case 'draining':
      return draining(it);
    case 'rebooting':
      return rebooting(it);
    case 'checking':
      return checking(it);
    case 'quarantined':
    case 'held':
      return [at(null, 'readmitted by a human, it is checked and then serves')];
    case 'lost':
      return [at(null, 'once its agent beats again it is checked, and serves if it passes')];
    case 'left':
      return [at(null, `checked for up to ${formatMs(policy.checks.deadline)} once it joins again`)];
  }
};

const slowStart = ({ node, view, policy }: Case): readonly NextStep[] => {
  const fullMs = (node.servingSinceMs ?? 0) + policy.slowStart;
  return node.servingSinceMs !== undefined && fullMs > view.nowMs
    ? [at(fullMs, 'routers give it its full share: its slow start is over')]
    : [];
};

const serving = (it: Case, finding: FindingLine, guards: readonly GuardLine[]): readonly NextStep[] => {
  if (it.silent && halfNow(it.view, it.policy).isMoreThanHalf)
    return [at(null, 'nobody touches it while more than half of the pool is silent')];
  if (it.silent)
    return [at(null, `${leaderOf(it)} asks at its URL; if nothing answers it is lost, if something does it serves on`)];
  if (finding.kind !== 'sick') return [];
  if (servesOn(finding.finding, it.policy) !== undefined)
    return [at(null, 'a human looks at it; it serves on, and is told of again if it comes back')];
  if (vetoing(guards).length > 0) return [at(null, 'guards are asked again with each round of its agent')];
  return it.told.mode === 'observe' ? [] : [at(null, 'with its next round its agent asks the guards and takes it out')];
};

const draining = (it: Case): readonly NextStep[] => {
  const { node, view, policy } = it;
  const isDrained = node.drained !== undefined && node.drained === node.drain;
  const purpose = purposeOf(node);
  const end = at(node.sinceMs + policy.drain.deadline, 'the drain ends, whatever is still in flight');
  if (purpose === 'hold') return [end, at(null, `then it is held by ${node.heldBy ?? 'a human'}`)];
  if (purpose === 'leave') return [end, at(null, 'then it has left the pool')];
  const waits = waitsFor(node);
  if (waits !== undefined)
    return [
      at(
        null,
        `rebooted as soon as guards allow it${node.orderedBy === undefined ? ', or given back if it is calm by then' : ''}`,
      ),
      at(waits.untilMs, `if they do not until then: ${out(it)}`),
    ];
  if (node.orderedBy !== undefined)
    return [
      ...(isDrained ? [] : [end]),
      at(null, `then it is rebooted, as ${node.orderedBy} has ordered, and checked`),
    ];
  const verdict = 'judged without traffic: calm, it serves again; still sick, the remedy; unknown, it serves again';
  return isDrained
    ? [at((node.stepDeadlineMs ?? view.nowMs + stepSlackMs) - stepSlackMs, verdict)]
    : [end, at(null, `then watched for ${formatMs(calmMsOf(node.finding ?? 'cpu', policy))} and ${verdict}`)];
};

const rebooting = (it: Case): readonly NextStep[] => {
  const { node, view } = it;
  const settleMs = node.stepDeadlineMs;
  return [
    ...(settleMs !== undefined && settleMs > view.nowMs
      ? [at(settleMs, 'EC2 may be asked again if it has not booted anew')]
      : []),
    ...(rescueAhead(it) === undefined ? [notBooted(it)] : []),
    at(null, `once it has booted anew it is checked, then ${isHeldAfter(it) ? 'held' : 'serves'}`),
  ];
};

/** Its agent gives up where it still beats by then, in the boot that should have ended. Otherwise it is rescued. */
const notBooted = (it: Case): NextStep =>
  at(
    it.node.sinceMs + it.policy.reboot.deadline,
    isHeldAfter(it)
      ? `given up if it has not booted anew: ${out(it)}`
      : `if it has not booted anew: ${out(it)}; or if its agent is silent, a controller that acts goes on`,
  );

const checking = (it: Case): readonly NextStep[] => {
  const { node, policy } = it;
  return [
    at(null, `once all checks pass it ${isHeldAfter(it) ? `is held by ${node.heldBy ?? 'a human'}` : 'serves'}`),
    at(node.sinceMs + policy.checks.deadline, `if checks fail until then: ${out(it)}`),
  ];
};

const out = (it: Case): string =>
  isHeldAfter(it)
    ? `held by ${it.node.heldBy ?? 'a human'}`
    : 'quarantined, and a human is paged (checked again where too few would serve)';

/** From when on another than its owner may go on with a step. */
const overdue = ({ node, policy, silent }: Case): readonly NextStep[] => {
  const atMs = overdueAtMs(node, policy);
  return atMs === undefined || !silent || node.owner === undefined
    ? []
    : [at(atMs, `another than ${node.owner} may go on with it`)];
};

/** What a controller does where its agent is silent, or can do no more. */
const rescued = (it: Case): readonly NextStep[] => {
  if (it.silent && owesStart(it.node))
    return [at(null, `${rescuerOf(it)} starts its machine where EC2 says that it is still stopped`)];
  const ahead = rescueAhead(it);
  return ahead === undefined ? [] : [at(ahead.atMs, `${rescuerOf(it)} ${ahead.does}`)];
};

const guardsLetGo = ({ view }: Case, guards: readonly GuardLine[]): readonly NextStep[] =>
  vetoing(guards).flatMap((line) => {
    const inMs = letsGoInMs(line);
    return inMs === undefined ? [] : [at(view.nowMs + inMs, `${line.guard} lets go`)];
  });
