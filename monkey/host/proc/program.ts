import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { ProcessStat } from './stat.ts';

/** Newer versions of Node call their main thread, and so their process, MainThread: the program tells more. */
const namelessCommand = 'MainThread';

/**
 * The name of the program's file, of a process whose own name tells nothing; undefined of all others, and where it has
 * gone or is not ours to look at.
 */
export const programOf = (
  { pid, command }: Pick<ProcessStat, 'pid' | 'command'>,
  procRoot: string,
): string | undefined => {
  if (command !== namelessCommand) return undefined;
  try {
    return basename(readlinkSync(`${procRoot}/${pid}/exe`));
  } catch {
    return undefined;
  }
};
