/*
 * What a controller does in the stead of agents that say nothing.
 *
 * INVARIANTS
 * - Nothing is asked of EC2 for a machine that it does not say `running` of, but the start of one that we have stopped.
 * - At most one call a round, so that the next is judged from a view that knows of it.
 * - Anything unknown is a veto; what EC2 has not said by the deadline of a reboot calls a human.
 */

import { formatMs } from '../../../pool/units.ts';
import type { SilenceStep } from '../silence/step.ts';
import type { Watched } from '../silence/watched.ts';
import { foreignWish } from '../treatment/remedies.ts';
import { unlessAnswering } from './answering.ts';
import { callFor, silentWords } from './call.ts';
import { type Duty, dutiesOf, isMidTreatment } from './duty.ts';
import { vetoOfForeign } from './foreign.ts';
import { aboutGone, aboutStopped } from './gone.ts';
import { nextRung, stopObstacle } from './ladder.ts';
import { mayQuarantine } from './may-quarantine.ts';
import { aboutOwedStart, aboutSettled, isStoppedByUs, notStarted, withDebt } from './owed-start.ts';
import { giveUp, holdBack, pageOfRefusal, refuse } from './story.ts';
import { freshSighting, isGone, type Sighting } from './survey.ts';
import { aboutUnderWay } from './under-way.ts';
import { veto, vetoesAgainstFirst, vetoesAgainstNext, witnessesOf } from './vetoes.ts';

export const aboutRescue = (watched: Watched): readonly SilenceStep[] => {
  const duties = dutiesOf(watched);
  const steps = duties.flatMap((duty) => judge(watched, duty));
  const first = steps.find(({ kind }) => kind === 'call');
  return [...looks(watched, duties), ...steps.filter((step) => step.kind !== 'call' || step === first)];
};

/**
 * What goes through although nobody else is touched: a look at what was asked for, and the start of a machine that we have
 * stopped. That can make nothing worse.
 */
export const aboutOwed = (watched: Watched): readonly SilenceStep[] => {
  const duties = dutiesOf(watched).filter(
    ({ kind, silent: { node } }) => node.call !== undefined || kind === 'under-way',
  );
  const steps = duties.flatMap((duty) => judge(watched, duty)).filter(isOwed);
  const first = steps.find(({ kind }) => kind === 'call');
  return [...looks(watched, duties), ...steps.filter((step) => step.kind !== 'call' || step === first)];
};

const isOwed = (step: SilenceStep): boolean =>
  (step.kind === 'call' && step.call === 'start') || (step.kind === 'tell' && step.story.step === notStarted);

/** How often EC2 is asked about machines: those that something is to be done about, and those that are nobody's task. */
const lookEveryMs = 5_000;
const lookAtParkedEveryMs = 600_000;
/** Machines of living nodes that are asked about as well: an EC2 that does not know them is not believed. */
const witnessesMost = 3;

const looks = (watched: Watched, duties: readonly Duty[]): readonly SilenceStep[] => {
  const due = duties.filter(({ kind, silent: { node } }) => {
    const atMs = watched.survey.sightings.get(node.id)?.atMs ?? Number.NEGATIVE_INFINITY;
    return (
      watched.monotonicMs - atMs >= (kind === 'parked' || kind === 'wants-unknown' ? lookAtParkedEveryMs : lookEveryMs)
    );
  });
  if (due.length === 0) return [];
  const nodes = new Set([...due.map(({ silent }) => silent.node.id), ...witnessesOf(watched, witnessesMost)]);
  return [...nodes].map((node) => ({ kind: 'look', node }));
};

const judge = (watched: Watched, duty: Duty): readonly SilenceStep[] => {
  const sighting = freshSighting(watched.survey, duty.silent.node.id, watched.monotonicMs);
  return judgeSeen(watched, duty, sighting).map((step) => withDebt(step, sighting));
};

const judgeSeen = (watched: Watched, duty: Duty, sighting: Sighting | undefined): readonly SilenceStep[] => {
  const { node } = duty.silent;
  if (isStoppedByUs(duty, sighting)) return aboutOwedStart(watched, duty, sighting);
  if (duty.kind === 'not-returned' && node.heldBy !== undefined) return [holdBack(duty)];
  if (duty.kind === 'wants-unknown' && (sighting === undefined || !isGone(sighting)))
    return [refuse(duty, vetoOfForeign(foreignWish(node)))];
  if (sighting === undefined || sighting.seen.kind === 'unknown') return unseen(watched, duty, sighting);
  if (isGone(sighting)) return aboutGone(watched, duty, sighting);
  if (sighting.seen.kind !== 'known' || duty.kind === 'parked') return [];
  if (duty.kind === 'owes-start') return aboutSettled(watched, duty, sighting);
  const { state } = sighting.seen;
  if (duty.kind === 'under-way') return aboutUnderWay(watched, duty, sighting, state);
  if (state === 'stopped' && node.call === undefined) return aboutStopped(duty, sighting);
  if (duty.kind === 'not-returned') return notReturned(watched, duty, sighting, sighting.seen);
  // `pending`, `stopping` and `shutting-down` lead to another state soon.
  if (state !== 'running') return [];
  return node.state === 'lost'
    ? unlessAnswering(watched, duty, begin(watched, duty, sighting, sighting.seen))
    : begin(watched, duty, sighting, sighting.seen);
};

/** EC2 has not said how the machine is. */
const unseen = (watched: Watched, duty: Duty, sighting: Sighting | undefined): readonly SilenceStep[] => {
  if (duty.kind === 'parked' || duty.kind === 'owes-start') return [];
  const said = sighting?.seen.kind === 'unknown' ? sighting.seen.because : watched.survey.unanswered;
  if (said === undefined) return [];
  const because = `EC2 does not say how its machine is: ${said}`;
  const lastMs = duty.dueMs + watched.policy.reboot.deadline;
  return duty.kind !== 'under-way' && duty.kind !== 'wants-stop-start' && lastMs < watched.view.nowMs
    ? [giveUp(duty, because, mayQuarantine(watched))]
    : [refuse(duty, [veto('ec2', because)])];
};

type Known = Extract<Sighting['seen'], { kind: 'known' }>;

/** The first remedy of a rescue: a reboot, or the stop and start that the ladder of an agent has come to. */
const begin = (watched: Watched, duty: Duty, sighting: Sighting, instance: Known): readonly SilenceStep[] => {
  if (isMidTreatment(duty.silent.node)) return goOn(watched, duty, sighting, instance, silentWords(duty));
  const stops = duty.kind === 'wants-stop-start';
  const obstacle = stops ? stopObstacle(instance) : undefined;
  const vetoes = [
    ...vetoesAgainstFirst(watched, duty, sighting),
    ...(obstacle === undefined ? [] : [veto('stop-start', obstacle)]),
  ];
  const lasting = vetoes.find(({ guard }) => forGood.includes(guard));
  if (lasting !== undefined && !stops)
    return [giveUp(duty, `${silentWords(duty)}; ${lasting.because}`, mayQuarantine(watched))];
  if (vetoes.length > 0) return [refuse(duty, vetoes)];
  return stops
    ? [callFor(duty, 'stop', 'first', `${duty.silent.node.because}; no other remedy is left`)]
    : [callFor(duty, 'reboot', 'first', silentWords(duty))];
};

/** What does not pass by itself: a human is called. */
const forGood: readonly string[] = ['node-budget', 'pool-tag'];

const notReturned = (watched: Watched, duty: Duty, sighting: Sighting, instance: Known): readonly SilenceStep[] => {
  const within = `not back within ${formatMs(watched.policy.reboot.deadline)}`;
  if (instance.state !== 'running')
    return [giveUp(duty, `${within}; EC2 says ${instance.state}`, mayQuarantine(watched))];
  return goOn(watched, duty, sighting, instance, within);
};

/** The next remedy of a treatment that has begun. */
const goOn = (
  watched: Watched,
  duty: Duty,
  sighting: Sighting,
  instance: Known,
  because: string,
): readonly SilenceStep[] => {
  const rung = nextRung(duty.silent.node, instance);
  if (rung.kind === 'give-up') return [giveUp(duty, rung.because, mayQuarantine(watched))];
  const vetoes = vetoesAgainstNext(watched, duty, sighting);
  const lasting = vetoes.find(({ guard }) => forGood.includes(guard));
  if (lasting !== undefined) return [giveUp(duty, `${because}; ${lasting.because}`, mayQuarantine(watched))];
  if (vetoes.length === 0) return [callFor(duty, rung.kind, 'next', because)];
  // Not quarantined: what refuses may pass, and its late return would be welcome.
  const isLong = duty.dueMs + watched.policy.reboot.deadline < watched.view.nowMs;
  return isLong ? [refuse(duty, vetoes), pageOfRefusal(duty, vetoes)] : [refuse(duty, vetoes)];
};
