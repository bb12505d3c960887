import type { Cgroup } from '../cgroup/cgroup.ts';
import type { KernelUnits } from '../proc/units.ts';
import { type CpuMeter, firstCall, type Round, type Share, shareOf, unknown } from './meter.ts';

interface Sample {
  readonly usedMs: number;
  readonly atMs: number;
}

/** CPU of a control group as a share of `cores`, which may change while it runs, as its limits may. */
export const cgroupCpu = (cgroup: Cgroup, cores: () => number, { ticksPerSecond }: KernelUnits): CpuMeter => {
  let before: Sample | undefined;

  const share = async ({ atMs }: Round): Promise<Share> => {
    const usedMs = cgroup.usedMs();
    if (usedMs === undefined) return unknown('the control group does not say how much CPU time it has used');
    const last = before;
    const now = { usedMs, atMs };
    const measured = last === undefined ? firstCall : between(last, now, cores());
    if (last === undefined || measured.kind === 'measured' || usedMs < last.usedMs) before = now;
    return measured;
  };

  const uptimeSeconds = async (round: Round): Promise<number> => {
    const { processes, uptimeSeconds: now } = round.processes();
    const started = cgroup
      .pids()
      .map((pid) => processes.get(pid)?.startTicks)
      .filter((ticks) => ticks !== undefined);
    // Its processes may stand in groups inside it: then the machine's time is all there is.
    return started.length === 0 ? now : Math.max(0, now - Math.min(...started) / ticksPerSecond);
  };
  return { share, uptimeSeconds };
};

const between = (before: Sample, now: Sample, cores: number): Share =>
  now.usedMs < before.usedMs
    ? unknown('the CPU time of the control group went back: it was made anew')
    : shareOf(now.usedMs - before.usedMs, now.atMs - before.atMs, cores);
