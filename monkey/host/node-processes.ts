import { openCgroup } from './cgroup/open.ts';
import type { CpuOptions, KernelRoots } from './options.ts';
import type { ProcessTable } from './proc/processes.ts';
import type { ProcessStat } from './proc/stat.ts';
import { treeOf } from './proc/tree.ts';
import { select } from './select/select.ts';

/** The processes that are the node's. Throws where they cannot be told from others. */
export type NodeProcesses = (table: ProcessTable, signal: AbortSignal) => Promise<ReadonlyMap<number, ProcessStat>>;

/** Of a node that is not a whole machine, only its own processes: those that its CPU is measured of. */
export const nodeProcesses = (cpu: CpuOptions, roots: KernelRoots): NodeProcesses => {
  switch (cpu.source) {
    case 'host':
      return async ({ processes }) => processes;
    case 'cgroup': {
      const cgroup = openCgroup(roots.cgroupRoot, cpu.cgroup ?? '/');
      return async ({ processes }) => treeOf(processes, cgroup.pids()).members;
    }
    case 'process-tree': {
      const find = select(cpu, roots);
      return async (table, signal) => {
        const selected = await find(table, signal);
        if (selected.kind === 'none') throw new Error(selected.because);
        return treeOf(table.processes, selected.pids).members;
      };
    }
  }
};
