import { messageOf } from '../../../pool/thrown.ts';
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
    const pid = numberIn(path);
    if (typeof pid === 'string') return none(pid);
    return processes.has(pid) ? { kind: 'found', pids: [pid] } : none(`process ${pid} of ${path} is not running`);
  };

/** The number, or why there is none. */
const numberIn = (path: string): number | string => {
  try {
    const [, text] = /^\s*(\d+)\s*$/.exec(readKernelFile(path)) ?? [];
    return text === undefined ? `${path} holds no process number` : Number(text);
  } catch (error) {
    return messageOf(error);
  }
};
