import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PowerCall } from '../ports/power.ts';
import type { CallPhase, SilenceStep, Story } from '../silence/step.ts';
import type { Duty } from './duty.ts';
import { storyOf } from './story.ts';

const steps: Readonly<Record<PowerCall, string>> = { reboot: 'rebooting', stop: 'stopping', start: 'starting' };
const words: Readonly<Record<PowerCall, string>> = {
  reboot: 'rebooted',
  stop: 'stopped and started',
  start: 'started',
};

/** To ask EC2 for it. A node cannot be examined while its agent says nothing: that is told with the first call. */
export const callFor = (duty: Duty, call: PowerCall, phase: CallPhase, because: string): SilenceStep => {
  const { node } = duty.silent;
  const evidence =
    phase === 'first' && duty.kind === 'silent' ? '; no evidence could be taken, since its agent is silent' : '';
  const why = `${because}${evidence}`;
  const text = `${node.id} is being ${words[call]} by the controller: ${why}.`;
  const kind = call === 'reboot' ? 'rebooting' : steps[call];
  const isAgain = phase === 'again' || phase === 'in-place';
  const told = isAgain ? `${steps[call]}-again` : steps[call];
  const story = storyOf(duty, {
    step: told,
    because: why,
    kind,
    urgency: isAgain ? 'warning' : 'info',
    text,
  });
  // Why it has to be asked again is told to people once per cause.
  const known = phase === 'in-place' || (phase === 'again' && node.because === why);
  const entered = { ...story, ...intentOf(node, call, phase) };
  return { kind: 'call', node, call, phase, story: known ? { ...entered, notices: [] } : entered };
};

/** The step that begins a remedy names it, and what it is to cure: how remedies do is counted from that. */
const intentOf = (node: NodeRecord, call: PowerCall, phase: CallPhase): Pick<Story, 'detail'> =>
  phase === 'first' || phase === 'next'
    ? { detail: { remedy: call === 'reboot' ? 'reboot' : 'stop-start', finding: node.finding ?? 'silent' } }
    : {};

export const silentWords = ({ silent: { node, silentForMs } }: Duty): string =>
  `${node.state === 'lost' ? 'lost' : `stuck in ${node.state}`}, and silent for ${formatMs(silentForMs)}`;
