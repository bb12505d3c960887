/*
 * A machine that we have stopped, beyond the deadline of its stop and start.
 *
 * INVARIANTS
 * - What was stopped by us is started by us, also where its node is quarantined or held by now: the record keeps the call
 *   until EC2 says that the machine runs, or its agent says so by a new boot.
 * - No guard is asked: the intent to start it stands since the stop. A human hears of the delay once.
 */
import type { SilenceStep } from '../silence/step.ts';
import { callFor } from './call.ts';
import type { Duty } from './duty.ts';
import { storyOf } from './story.ts';
import type { Sighting } from './survey.ts';

/** EC2 says that it is stopped, or on its way there, and nothing but this judgement goes on with it. */
export const isStoppedByUs = ({ kind, silent: { node } }: Duty, sighting: Sighting | undefined): boolean => {
  if (node.call === undefined || (kind !== 'not-returned' && kind !== 'owes-start')) return false;
  const state = stateOf(sighting);
  return state === 'stopped' || state === 'stopping';
};

export const aboutOwedStart = (duty: Duty, sighting: Sighting | undefined): readonly SilenceStep[] => {
  const { node } = duty.silent;
  if (stateOf(sighting) === 'stopping') return [late(duty, 'EC2 is still stopping its machine')];
  if (node.call === 'stop') return [callFor(duty, 'start', 'on', 'EC2 says that it is stopped')];
  const because = 'EC2 was asked to start its machine, and it is stopped';
  // Under way it has its own deadline; what waits for a human begins another one.
  const phase = duty.kind === 'owes-start' ? 'on' : 'again';
  return [late(duty, because), callFor(duty, 'start', phase, `${because}; asking again`)];
};

const late = (duty: Duty, because: string): SilenceStep => {
  const text = `${duty.silent.node.id} was stopped by the controller and does not run yet: ${because}.`;
  return { kind: 'tell', story: storyOf(duty, { step: 'not-started', because, kind: 'stuck', urgency: 'page', text }) };
};

/** Whoever is shut out while EC2 does not say that its machine runs is started later. */
export const withDebt = (step: SilenceStep, sighting: Sighting | undefined): SilenceStep => {
  if (step.kind !== 'shut-out' || step.as === 'left' || step.node.call === undefined) return step;
  return stateOf(sighting) === 'running' ? step : { ...step, call: step.node.call };
};

const stateOf = (sighting: Sighting | undefined) => (sighting?.seen.kind === 'known' ? sighting.seen.state : undefined);
