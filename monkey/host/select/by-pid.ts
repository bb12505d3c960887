import type { ProcessSelector } from '../config-schema.ts';
import { readKernelFile } from '../proc/read.ts';
import type { Select } from './select.ts';

/** The process of a pid, or of a file that holds one. */
export const pidOf =
  ({ pid, pidFile }: ProcessSelector): Select =>
  async ({ processes }) => {
    const wanted = pid ?? (pidFile === undefined ? undefined : pidIn(pidFile));
    if (wanted === undefined) return { kind: 'none', because: `${pidFile ?? 'the selector'} holds no process id` };
    if (typeof wanted === 'string') return { kind: 'none', because: wanted };
    const of = pidFile === undefined ? '' : ` of ${pidFile}`;
    return processes.has(wanted)
      ? { kind: 'found', pids: [wanted] }
      : { kind: 'none', because: `process ${wanted}${of} is not running` };
  };

const pidIn = (path: string): number | string | undefined => {
  try {
    const [, pid] = /^\s*(\d+)\s*$/.exec(readKernelFile(path)) ?? [];
    return pid === undefined ? undefined : Number(pid);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
