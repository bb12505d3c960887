import { availableParallelism, loadavg } from 'node:os';
import osUtils from 'os-utils';
import type { Clock } from '../../../pool/clock.ts';
import type { Log } from '../../../pool/log.ts';
import type { Limits } from '../../../pool/store.ts';
import { messageOf } from '../../../pool/thrown.ts';
import { within } from '../../../pool/within.ts';
import type { VitalsSource } from '../../doctor/ports/vitals-source.ts';
import type { CpuVitals, Measured, Vitals } from '../../doctor/vitals/vitals.ts';
import { openCgroup } from '../cgroup/open.ts';
import { type CpuOptions, type KernelRoots, type ProcessSelector, rootsOf } from '../options.ts';
import { type ProcessTable, readProcesses } from '../proc/processes.ts';
import { kernelUnits } from '../proc/units.ts';
import { select } from '../select/select.ts';
import { busiestThread } from './busiest-thread.ts';
import { cgroupCpu } from './cgroup-cpu.ts';
import { type AskFileSystem, diskMeter } from './disks.ts';
import { hostCpu, type SampleCpu } from './host-cpu.ts';
import { hostMemory } from './memory.ts';
import { type CpuMeter, firstCall, type Round, type Share, unknown } from './meter.ts';
import { hostOomKills, oomKillsSince } from './oom-kills.ts';
import { pressureIn } from './pressure.ts';
import { treeCpu } from './tree-cpu.ts';

export interface HostVitalsOptions extends Partial<KernelRoots> {
  readonly cpu: CpuOptions;
  /** The app whose busiest thread is watched; none is watched where it is absent. */
  readonly app?: ProcessSelector;
  /** Whose file systems are watched; `/` where it is absent. */
  readonly disks?: readonly string[];
  /** Samples the CPU of the host, if os-utils is not to do it. */
  readonly sampleCpu?: SampleCpu;
  /** Asks a file system, if `statfs` is not to do it. */
  readonly askFileSystem?: AskFileSystem;
}

/**
 * Measures this node from what its kernel tells. Nothing is read before the first call; one call follows the other,
 * because each compares with the one before.
 */
export const hostVitals = (
  options: HostVitalsOptions,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): VitalsSource => {
  const roots = rootsOf(options);
  const tell = tellOnce(log);
  let meters: Meters | undefined;
  return {
    measure: async (limits) => {
      meters ??= metersOf(options, roots, clock);
      const { cpu, thread, memory, oom, pressure } = meters;
      const round = startRound(clock, roots.procRoot);
      const [busiest, share, uptimeSeconds, disks] = await Promise.all([
        thread === undefined ? undefined : orUnknown(limits, (signal) => thread(round, signal)),
        orUnknown(limits, (signal) => cpu.share(round, signal)),
        within(limits, (signal) => cpu.uptimeSeconds(round, signal)).catch(() => 0),
        meters.disks(limits),
      ]);
      tell(busiest);
      return {
        cpu: cpuVitals(options.cpu.source, share, busiest),
        ...{ memory: memory(), oom: oom(), pressure: pressure(), disks },
        ...{ load: loadNow(), uptimeSeconds },
      };
    },
  };
};

interface Meters {
  readonly cpu: CpuMeter;
  readonly thread: CpuMeter['share'] | undefined;
  readonly memory: () => Vitals['memory'];
  readonly oom: () => Vitals['oom'];
  readonly pressure: () => Vitals['pressure'];
  readonly disks: (limits: Limits) => Promise<Vitals['disks']>;
}

const metersOf = (options: HostVitalsOptions, roots: KernelRoots, clock: Clock): Meters => {
  const { cpu, app, sampleCpu, disks = ['/'], askFileSystem } = options;
  const { procRoot, cgroupRoot } = roots;
  const units = kernelUnits(procRoot);
  const ofHost = {
    thread: app === undefined ? undefined : busiestThread(select(app, roots), procRoot, units),
    memory: () => hostMemory(procRoot),
    oom: oomKillsSince(() => hostOomKills(procRoot)),
    pressure: () => pressureIn((resource) => `${procRoot}/pressure/${resource}`),
    disks: diskMeter(disks, askFileSystem),
  };
  switch (cpu.source) {
    case 'host':
      return { ...ofHost, cpu: hostCpu(sampleCpu ?? osUtils.cpuUsage, clock, procRoot) };
    case 'cgroup': {
      const cgroup = openCgroup(cgroupRoot, cpu.cgroup ?? '/');
      const cores = (): number => cpu.cpus ?? Math.min(availableParallelism(), ...cgroup.limitsInCores());
      return {
        ...ofHost,
        cpu: cgroupCpu(cgroup, cores, units),
        memory: () => cgroup.memory(ofHost.memory()),
        oom: oomKillsSince(cgroup.oomKills),
        pressure: cgroup.pressure,
      };
    }
    case 'process-tree': {
      const cpus = cpu.cpus ?? availableParallelism();
      return { ...ofHost, cpu: treeCpu(select(cpu, roots), cpus, units) };
    }
  }
};

const startRound = (clock: Clock, procRoot: string): Round => {
  let table: ProcessTable | undefined;
  return {
    atMs: clock.monotonicMs(),
    processes: () => {
      table ??= readProcesses(procRoot);
      return table;
    },
  };
};

const orUnknown = (limits: Limits, measure: (signal: AbortSignal) => Promise<Share>): Promise<Share> =>
  within(limits, measure).catch((error: unknown) => unknown(messageOf(error)));

const cpuVitals = (source: CpuVitals['source'], share: Share, busiest: Share | undefined): Measured<CpuVitals> => {
  if (share.kind === 'unknown') return share;
  return { ...share, source, ...(busiest?.kind === 'measured' && { busiestThreadShare: busiest.share }) };
};

const loadNow = (): Vitals['load'] => {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return [one, five, fifteen];
};

/** An app that cannot be found is no finding, but somebody should hear of it, once per cause. */
const tellOnce = (log: Log): ((busiest: Share | undefined) => void) => {
  let told: string | undefined;
  return (busiest) => {
    const because = busiest?.kind === 'unknown' && busiest !== firstCall ? busiest.because : undefined;
    if (because !== undefined && because !== told) log.warn('busiest-thread-unknown', { because });
    told = because;
  };
};
