import type { Policy } from '../../../pool/policy.ts';
import { formatShare } from '../../../pool/units.ts';
import type { Vitals } from '../vitals/vitals.ts';

/**
 * What one round says of a node. `warm` lies between the two thresholds and decides nothing; `unknown` is what
 * could not be measured or must not be judged yet.
 */
export interface RoundVerdict {
  readonly kind: 'hot' | 'warm' | 'calm' | 'unknown';
  readonly because: string;
}

/**
 * Judges one round's vitals. Hot: the node's CPU share is at or over the threshold, or the app's busiest thread
 * takes that share of one core (a runaway Node process is only 50 % of a two-core node).
 */
export const judgeRound = (vitals: Vitals, policy: Policy['vitals']): RoundVerdict => {
  const { cpu, uptimeSeconds } = vitals;
  if (!(uptimeSeconds * 1_000 >= policy.grace))
    return { kind: 'unknown', because: `booted ${uptimeSeconds.toFixed(0)} s ago, still in its grace` };
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
