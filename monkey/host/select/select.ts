import type { ProcessSelector } from '../config-schema.ts';
import type { ProcessTable } from '../proc/processes.ts';
import { markedProcesses } from './by-environment.ts';
import { pidOf } from './by-pid.ts';
import { listeners } from './by-port.ts';
import { unitProcesses } from './by-unit.ts';

/** Where a machine's kernel is to be found: /proc and /sys/fs/cgroup, or recordings of them. */
export interface KernelRoots {
  readonly procRoot: string;
  readonly cgroupRoot: string;
}

export type Selected =
  | { readonly kind: 'found'; readonly pids: readonly number[] }
  | { readonly kind: 'none'; readonly because: string };

/** Finds the processes that are meant, at each call anew; remembers only what makes the next search cheap. */
export type Select = (table: ProcessTable, signal: AbortSignal) => Promise<Selected>;

/** How the processes of this selector are found. One way for each, in a file of its own. */
export const select = (selector: ProcessSelector, roots: KernelRoots): Select => {
  if (selector.unit !== undefined) return unitProcesses(selector.unit, roots.cgroupRoot);
  if (selector.port !== undefined) return listeners(selector.port, roots.procRoot);
  if (selector.environment !== undefined) return markedProcesses(selector.environment, roots.procRoot);
  return pidOf(selector);
};

export const found = (pids: readonly number[], otherwise: string): Selected =>
  pids.length === 0 ? { kind: 'none', because: otherwise } : { kind: 'found', pids };
