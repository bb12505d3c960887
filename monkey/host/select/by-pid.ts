import { readKernelFile } from '../proc/read.ts';
import { none, type Select } from './selected.ts';

/** The process of this number. */
export const numberedProcess =
  (pid: number): Select =>
  async ({ processes }) =>
    processes.has(pid) ? { kind: 'found', pids: [pid] } : none(`process ${pid} is not running`);

/** The process whose number stands in a file; the file is read anew each time, because services restart. */
export const filedProcess =
  (path: string): Select =>
  async ({ processes }) => {
    const [, text] = /^\s*(\d+)\s*$/.exec(readKernelFile(path)) ?? [];
    if (text === undefined) return none(`${path} holds no process number`);
    const pid = Number(text);
    return processes.has(pid) ? { kind: 'found', pids: [pid] } : none(`process ${pid} of ${path} is not running`);
  };
