import type { Measured, MemoryVitals, PressureVitals } from '../../doctor/vitals/vitals.ts';

/** A control group, of either version, read anew at each call. What has to be there and is not throws Unreadable. */
export interface Cgroup {
  /** CPU time that its processes, past and present, have used; undefined where it does not say. */
  readonly usedMs: () => number | undefined;
  /** What limits it, in cores: its quota and its ancestors', and the CPUs that it may run on. */
  readonly limitsInCores: () => readonly number[];
  /** Its processes and those of the groups in it. */
  readonly pids: () => readonly number[];
  /** `host` is the machine's memory: what it has at most, where nothing limits it further. */
  readonly memory: (host: Measured<MemoryVitals>) => Measured<MemoryVitals>;
  /** Processes in it that were ever killed for want of memory. */
  readonly oomKills: () => number | undefined;
  readonly pressure: () => Measured<PressureVitals>;
}
