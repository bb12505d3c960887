import { formatShare } from '../../../../pool/units.ts';
import type { FindingDefinition, RoundVerdict } from '../definition.ts';

/**
 * Hot: the node's CPU share is at or over the threshold, or the app's busiest thread takes that share of one core (a
 * runaway Node process is only 50 % of a two-core node).
 */
const judge: FindingDefinition['judge'] = ({ vitals: { cpu } }, policy): RoundVerdict => {
  if (cpu.kind === 'unknown') return { kind: 'unknown', because: `CPU could not be measured: ${cpu.because}` };
  if (!Number.isFinite(cpu.share)) return { kind: 'unknown', because: 'CPU could not be measured: not a number' };
  const thread = cpu.busiestThreadShare;
  if (cpu.share >= policy.cpu.threshold)
    return { kind: 'hot', because: `CPU ${formatShare(cpu.share)}, threshold ${formatShare(policy.cpu.threshold)}` };
  if (thread !== undefined && thread >= policy.cpu.thread)
    return { kind: 'hot', because: `the app's busiest thread takes ${formatShare(thread)} of a core` };
  if (cpu.share > policy.cpu.clear)
    return { kind: 'warm', because: `CPU ${formatShare(cpu.share)}, calm at ${formatShare(policy.cpu.clear)}` };
  return { kind: 'calm', because: `CPU ${formatShare(cpu.share)}` };
};

/** What takes the CPU is often no part of the service, so the ladder starts with the machine. */
export const cpu: FindingDefinition = {
  title: 'CPU',
  judge,
  course: ({ rounds }) => rounds,
  remedies: ['reboot', 'stop-start'],
  act: () => 'treat',
  urgency: 'warning',
};
