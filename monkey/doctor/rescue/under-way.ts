/*
 * A machine that a controller has asked EC2 for, this one or one that led before.
 *
 * INVARIANTS
 * - What EC2 accepted is waited for until its deadline. After a reply that was lost, also one to another process,
 *   nothing is asked again before the settle time, which stands in the record.
 * - What was stopped by us is started by us, whatever happened meanwhile: an intent once carried out has no way back.
 * - Nothing else is asked again while healing is stopped, for a node that a human holds, or for another version's remedy.
 */
import type { MachineState } from '../ports/power.ts';
import type { SilenceStep } from '../silence/step.ts';
import type { Watched } from '../silence/watched.ts';
import { foreignRemedy } from '../treatment/remedies.ts';
import { callFor } from './call.ts';
import type { Duty } from './duty.ts';
import { vetoOfForeign } from './foreign.ts';
import { aboutStopped } from './gone.ts';
import { refuse } from './story.ts';
import type { Sighting } from './survey.ts';
import { vetoesAgainstAgain } from './vetoes.ts';

export const aboutUnderWay = (
  watched: Watched,
  duty: Duty,
  sighting: Sighting,
  state: MachineState,
): readonly SilenceStep[] => {
  const { node } = duty.silent;
  if (state === 'stopped') {
    if (node.call === undefined) return aboutStopped(duty, sighting);
    if (node.call === 'stop') return [callFor(duty, 'start', 'on', 'EC2 says that it is stopped')];
    const again = dueAgain(watched, duty);
    return again === undefined ? [] : [callFor(duty, 'start', 'again', again)];
  }
  // Started, or on its way down or up: only a new boot, or the deadline, says more.
  if (state !== 'running' || node.call === 'start') return [];
  const again = dueAgain(watched, duty);
  if (again === undefined) return [];
  const vetoes = [...vetoOfForeign(foreignRemedy(node)), ...vetoesAgainstAgain(watched, duty, sighting)];
  return vetoes.length > 0 ? [refuse(duty, vetoes)] : [callFor(duty, node.call ?? 'reboot', 'again', again)];
};

/** Why EC2 is asked again now; undefined: not yet. */
const dueAgain = ({ attempts, monotonicMs, view }: Watched, { silent: { node } }: Duty): string | undefined => {
  const attempt = attempts.get(node.id);
  if (attempt?.intent === node.commit)
    return monotonicMs >= attempt.againAtMs ? `${attempt.because}; asking again` : undefined;
  return (node.stepDeadlineMs ?? 0) <= view.nowMs ? 'it has not come to pass; asking again' : undefined;
};
