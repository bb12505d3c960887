/*
 * A machine that we have stopped, beyond the deadline of its stop and start.
 *
 * INVARIANTS
 * - What was stopped by us is started by us, also where its node is quarantined or held by now: the record keeps the call
 *   until EC2 says that the machine runs, or its agent says so by a new boot.
 * - Once EC2 has said for long that it runs, nothing is owed any more: who stops it then is not us, and it stays stopped.
 * - No guard is asked: the intent to start it stands since the stop. A human hears of the delay once, and again when its
 *   node is quarantined (or held, where somebody holds it) since EC2 does not start it; asking goes on all the same.
 */
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { SilenceStep } from '../silence/step.ts';
import type { Watched } from '../silence/watched.ts';
import { callFor } from './call.ts';
import type { Duty } from './duty.ts';
import { mayQuarantine } from './may-quarantine.ts';
import { giveUp, holdBack, storyOf } from './story.ts';
import type { Sighting } from './survey.ts';

/** EC2 says that it is stopped, or on its way there, and nothing but this judgement goes on with it. */
export const isStoppedByUs = ({ kind, silent: { node } }: Duty, sighting: Sighting | undefined): boolean => {
  if (node.call === undefined || (kind !== 'not-returned' && kind !== 'owes-start')) return false;
  const state = stateOf(sighting);
  return state === 'stopped' || state === 'stopping';
};

export const aboutOwedStart = (
  watched: Watched,
  duty: Duty,
  sighting: Sighting | undefined,
): readonly SilenceStep[] => {
  const { node } = duty.silent;
  if (stateOf(sighting) === 'stopping') return [late(duty, 'EC2 is still stopping its machine')];
  if (node.call === 'stop') return [callFor(duty, 'start', 'on', 'EC2 says that it is stopped')];
  const because = 'EC2 was asked to start its machine, and it is stopped';
  const again = `${because}; asking again`;
  if (duty.kind === 'owes-start') return [late(duty, because), ...startedInItsPlace(watched, duty, again)];
  const ask = [late(duty, because), callFor(duty, 'start', 'again', again)];
  if (!isLong(watched, node)) return ask;
  const tried = `its machine was stopped by the controller, and EC2 has not started it for ${formatMs(watched.view.nowMs - node.sinceMs)}`;
  const why = `${tried}; that goes on being asked`;
  if (node.heldBy !== undefined) return [holdBack(duty, why)];
  return mayQuarantine(watched) ? [giveUp(duty, why, true)] : [...ask, giveUp(duty, why, false)];
};

/** Two deadlines after the start was first asked for nobody expects it soon. */
const isLong = ({ view, policy }: Watched, { sinceMs }: NodeRecord): boolean =>
  view.nowMs > sinceMs + 2 * policy.reboot.deadline;

/** Who waits for a human goes on waiting while its machine is started, asked for ever more slowly; others are under way. */
const startedInItsPlace = ({ view }: Watched, duty: Duty, because: string): readonly SilenceStep[] => {
  const { node } = duty.silent;
  if (node.state !== 'quarantined' && node.state !== 'held') return [callFor(duty, 'start', 'on', because)];
  return (node.stepDeadlineMs ?? 0) <= view.nowMs ? [callFor(duty, 'start', 'in-place', because)] : [];
};

/** EC2 may err, or a stop of ours may come late: so many deadlines of a reboot it must have said the same. */
const believedAfterDeadlines = 3;

/** The machine runs, and its agent is still silent: it waits for a human, as it would have without our stop. */
export const aboutSettled = (watched: Watched, duty: Duty, sighting: Sighting): readonly SilenceStep[] => {
  const { node } = duty.silent;
  const ranForMs = watched.monotonicMs - sighting.sinceMs;
  if (stateOf(sighting) !== 'running' || ranForMs < believedAfterDeadlines * watched.policy.reboot.deadline) return [];
  const because = `EC2 has said for ${formatMs(ranForMs)} that its machine runs; nobody starts it again`;
  const part = {
    step: 'runs-again',
    because,
    kind: 'stuck',
    urgency: 'warning',
    text: `${node.id}: ${because}.`,
  } as const;
  return [{ kind: 'settle', node, story: storyOf(duty, part) }];
};

const late = (duty: Duty, because: string): SilenceStep => {
  const text = `${duty.silent.node.id} was stopped by the controller and does not run yet: ${because}.`;
  return { kind: 'tell', story: storyOf(duty, { step: notStarted, because, kind: 'stuck', urgency: 'page', text }) };
};

/** What people are told of a start that is late. */
export const notStarted = 'not-started';

/** Whoever is shut out while EC2 does not say that its machine runs is started later. */
export const withDebt = (step: SilenceStep, sighting: Sighting | undefined): SilenceStep => {
  if (step.kind !== 'shut-out' || step.as === 'left' || step.node.call === undefined) return step;
  return stateOf(sighting) === 'running' ? step : { ...step, call: step.node.call };
};

const stateOf = (sighting: Sighting | undefined) => (sighting?.seen.kind === 'known' ? sighting.seen.state : undefined);
