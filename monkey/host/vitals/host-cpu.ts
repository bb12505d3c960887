import type { Clock } from '../../../pool/clock.ts';
import { readUptime } from '../proc/processes.ts';
import { type CpuMeter, type Share, unknown } from './meter.ts';

/** Samples for a second and then calls back with the busy share; `os-utils` does it. */
export type SampleCpu = (done: (share: number) => void) => void;

/**
 * CPU of the whole machine, by os-utils, which compares two readings a second apart; so this takes a second. It
 * counts as busy what is neither idle nor waiting for a disk; time that the hypervisor stole is not counted at all.
 */
export const hostCpu = (sample: SampleCpu, clock: Clock, procRoot: string): CpuMeter => ({
  share: (_round, signal) => sampled(sample, clock, signal),
  uptimeSeconds: async () => readUptime(procRoot),
});

const sampled = (sample: SampleCpu, clock: Clock, signal: AbortSignal): Promise<Share> =>
  new Promise((resolve) => {
    const startedMs = clock.monotonicMs();
    const late = (): void => resolve(unknown('os-utils did not answer in time; it samples for a second'));
    signal.addEventListener('abort', late, { once: true });
    sample((share) => {
      signal.removeEventListener('abort', late);
      resolve(sound(share, clock.monotonicMs() - startedMs));
    });
  });

/** On a virtual machine the kernel's idle time can stand still or even go back: that makes nonsense, not a share. */
const sound = (share: number, overMs: number): Share =>
  Number.isFinite(share) && share >= 0 && share <= 1
    ? { kind: 'measured', share, overMs }
    : unknown(`os-utils measured ${share}, which is no share`);
