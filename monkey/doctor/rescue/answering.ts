/** A lost node whose app answers is not rebooted: it is its agent that is dead, and a human looks at that. */
import type { SilenceStep } from '../silence/step.ts';
import { triesNeeded } from '../silence/treat-silent.ts';
import type { Watched } from '../silence/watched.ts';
import type { Duty } from './duty.ts';
import { refuse } from './story.ts';
import { veto } from './vetoes.ts';

/** Asks at its URL, and lets `steps` be where nothing has answered there as often as it takes to lose a node. */
export const unlessAnswering = (
  { asked }: Watched,
  duty: Duty,
  steps: readonly SilenceStep[],
): readonly SilenceStep[] => {
  const { node, incident } = duty.silent;
  const ask: SilenceStep = { kind: 'ask', node: node.id, url: node.url, incident };
  const answer = asked.get(incident);
  if (answer === undefined) return [ask];
  const { last, failures } = answer;
  if (last.kind === 'answers') return [ask, paged(refuse(duty, [veto('url', `its app answers (${last.detail})`)]))];
  if (last.kind === 'unknown') return [ask, paged(refuse(duty, [veto('url', last.because)]))];
  return failures < triesNeeded ? [ask] : [ask, ...steps];
};

const paged = (step: SilenceStep): SilenceStep =>
  step.kind === 'tell'
    ? { ...step, story: { ...step.story, notices: step.story.notices.map((one) => ({ ...one, urgency: 'page' })) } }
    : step;
