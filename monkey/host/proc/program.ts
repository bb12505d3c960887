import { closeSync, openSync, readlinkSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { argumentBytesMost, namelessCommand, programIn } from '../../doctor/memory/program-name.ts';
import type { ProcessStat } from './stat.ts';

/**
 * What the program is called, of a process whose own name tells nothing; undefined of all others, and where it has gone.
 * Its file says so too, but only to its own user and to root.
 */
export const programOf = (
  { pid, command }: Pick<ProcessStat, 'pid' | 'command'>,
  procRoot: string,
): string | undefined => {
  if (command !== namelessCommand) return undefined;
  try {
    return programIn(firstArgument(`${procRoot}/${pid}/cmdline`)) ?? fileName(`${procRoot}/${pid}/exe`);
  } catch {
    return undefined;
  }
};

const firstArgument = (file: string): string => {
  const bytes = Buffer.alloc(argumentBytesMost);
  const open = openSync(file, 'r');
  try {
    const length = readSync(open, bytes, 0, bytes.length, 0);
    // A zero ends an argument; over SSH a control character does, too.
    const end = bytes.subarray(0, length).findIndex((byte) => byte < 0x20 || byte === 0x7f);
    return bytes.toString('utf8', 0, end === -1 ? length : end);
  } finally {
    closeSync(open);
  }
};

/** The kernel says so of a file that was replaced under a running program. */
const fileName = (link: string): string => basename(readlinkSync(link)).replace(/ \(deleted\)$/, '');
