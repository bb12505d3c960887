import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import { messageOf } from '../../pool/thrown.ts';
import { within } from '../../pool/within.ts';
import type { ProcessesRead, ProcessList, ProcessMemory } from '../doctor/ports/processes.ts';
import { nodeProcesses } from './node-processes.ts';
import { type CpuOptions, type KernelRoots, rootsOf } from './options.ts';
import { readProcesses } from './proc/processes.ts';
import { programOf } from './proc/program.ts';
import type { ProcessStat } from './proc/stat.ts';
import { type KernelUnits, kernelUnits } from './proc/units.ts';

export interface ProcessListOptions extends Partial<KernelRoots> {
  /** What the node's CPU is measured of: its processes are the node's. */
  readonly cpu: CpuOptions;
}

/** Reads /proc, at about 20 µs for each process. */
export const procProcessList = (
  options: ProcessListOptions,
  { clock }: { readonly clock: Pick<Clock, 'monotonicMs'> },
): ProcessList => {
  const roots = rootsOf(options);
  const ours = nodeProcesses(options.cpu, roots);
  let units: KernelUnits | undefined;
  let last: { readonly read: ProcessesRead; readonly atMs: number } | undefined;

  const readNow = async (limits: Limits): Promise<ProcessesRead> => {
    units ??= kernelUnits(roots.procRoot);
    const known = units;
    try {
      const stats = await within(limits, (signal) => ours(readProcesses(roots.procRoot), signal));
      const processes = [...stats.values()].map((stat) => memoryOf(stat, known, roots.procRoot));
      return { kind: 'read', processes, isWholeMachine: options.cpu.source === 'host' };
    } catch (error) {
      return { kind: 'not-read', because: messageOf(error) };
    }
  };

  return {
    read: async (limits, mayBeOldMs = 0) => {
      if (last !== undefined && clock.monotonicMs() - last.atMs < mayBeOldMs) return last.read;
      const atMs = clock.monotonicMs();
      const read = await readNow(limits);
      last = read.kind === 'read' ? { read, atMs } : undefined;
      return read;
    },
  };
};

const memoryOf = (stat: ProcessStat, { pageBytes }: KernelUnits, procRoot: string): ProcessMemory => {
  const { pid, startTicks, command, rssPages, vszBytes } = stat;
  const program = programOf(stat, procRoot);
  return {
    ...{ pid, startTicks, command },
    ...(program === undefined ? {} : { program }),
    ...{ rssBytes: rssPages * pageBytes, vszBytes },
  };
};
