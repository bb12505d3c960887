/** Where a picture goes: a file, or stdout. */
import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandFailed, Exit, type Io } from './command.ts';
import { taken } from './flame-fold.ts';

/**
 * Looks before anything is recorded for it, and creates nothing.
 * @throws CommandFailed where the file could not be written
 */
export const mayBeWritten = async (output: string): Promise<void> => {
  if (output === '-') return;
  try {
    const seen = await stat(output).catch(unlessAbsent);
    if (seen?.isDirectory() === true) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    await access(seen === undefined ? dirname(output) : output, constants.W_OK);
  } catch (error) {
    throw unwritable(output, error);
  }
};

export const writeTo = async (io: Io, output: string, bytes: Uint8Array): Promise<void> => {
  if (output === '-') return taken(io.out, bytes);
  try {
    await writeFile(output, bytes);
  } catch (error) {
    throw unwritable(output, error);
  }
};

const unlessAbsent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};

const unwritable = (output: string, error: unknown): CommandFailed => {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === undefined ? String(error) : (words[code] ?? code);
  return new CommandFailed(`${output} can't be written: ${why}`, Exit.unreachable, { cause: error });
};

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
};
