/**
 * Reads what the kernel keeps in /proc and /sys. It makes these files up in memory, so reading one takes
 * microseconds and waits for no disk; that is why it is done here and now, which costs a small part of what a trip
 * through the thread pool does. The files of one process that may wait (`environ`) are not read with this.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { codeOf } from '../../../pool/thrown.ts';

/** The file's text. Throws Unreadable. */
export const readKernelFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Unreadable(path, error);
  }
};

/** The file's text, or undefined where it is not there or not any more: processes end while one looks. */
export const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The names in a folder that are numbers: processes in /proc, threads in /proc/PID/task; none where it is gone. */
export const numbersIn = (path: string): readonly number[] => {
  try {
    return readdirSync(path)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
};

/** A file that had to be read and could not be; the message is for people. */
class Unreadable extends Error {
  readonly code = 'unreadable';
  constructor(path: string, cause: unknown) {
    super(`${path} ${why(cause)}`, { cause });
    this.name = 'Unreadable';
  }
}

const why = (cause: unknown): string => {
  const code = codeOf(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'is not there';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  return `cannot be read: ${code ?? String(cause)}`;
};
