import type { KernelRoots, ProcessSelector } from '../options.ts';
import { groupProcesses } from './by-cgroup.ts';
import { markedProcesses } from './by-environment.ts';
import { filedProcess, numberedProcess } from './by-pid.ts';
import { listeners } from './by-port.ts';
import { none, type Select } from './selected.ts';

/** How the processes that are meant are found: one way for each kind of selector, in a file of its own. */
export const select = (selector: ProcessSelector, { procRoot, cgroupRoot }: KernelRoots): Select => {
  if (selector.cgroup !== undefined) return groupProcesses(selector.cgroup, cgroupRoot);
  if (selector.pidFile !== undefined) return filedProcess(selector.pidFile);
  if (selector.environment !== undefined) return markedProcesses(selector.environment, procRoot);
  if (selector.port !== undefined) return listeners(selector.port, procRoot);
  if (selector.pid !== undefined) return numberedProcess(selector.pid);
  return async () => none('nothing says which processes are meant');
};
