/** What the commands on profiles share: which file, read how, and what is said where it can't be. */
import type { Command } from 'commander';
import { inlinedBy } from '../flame/perf/addr2line.ts';
import type { FoldOptions } from '../flame/perf/stack-line.ts';
import { NotAProfile, type Profile } from '../flame/profile.ts';
import { type Arrangement, readProfile } from '../flame/read-profile.ts';
import { stripNode } from '../flame/strip-node.ts';
import { CommandFailed, Exit, type Io } from './command.ts';
import { harmless } from './print.ts';

export interface InputOptions {
  readonly all?: true;
  readonly pid?: true;
  readonly tid?: true;
  readonly kernel?: true;
  readonly jit?: true;
  readonly addrs?: true;
  readonly inline?: true;
  readonly eventFilter?: string;
  readonly strip?: 'node';
}

/** Formats are told apart by their content; most options say how `perf script` is read. */
export const knownFormats = `
Formats, known by their content, zipped or not: perf script, folded stacks, V8's .cpuprofile, speedscope, pprof.`;

export const withInputOptions = (command: Command): Command =>
  command
    .option('--pid', 'perf: the process, as COMM-PID, at the bottom')
    .option('--tid', 'perf: process and thread, as COMM-PID/TID, at the bottom')
    .option('--kernel', 'perf: mark functions of the kernel with _[k]')
    .option('--jit', 'perf: mark functions of a perf map with _[j]')
    .option('--all', 'perf: --kernel and --jit')
    .option('--addrs', 'perf: tell the address where there is no symbol')
    .option('--inline', 'perf: ask addr2line for inlined functions; takes long')
    .option('--event-filter <event>', 'perf: the event that counts; without it, the first one')
    .addOption(command.createOption('--strip <what>', "leave out the runtime's own frames").choices(['node']));

const foldOptionsOf = (options: InputOptions): FoldOptions => ({
  pid: options.pid === true,
  tid: options.tid === true,
  kernel: options.kernel === true || options.all === true,
  jit: options.jit === true || options.all === true,
  addrs: options.addrs === true,
  event: options.eventFilter,
  inline: options.inline === true ? inlinedBy : undefined,
});

/** Reads a profile from a file or, for `-`, from stdin; tells on stderr what people should know of it. */
export const profileFrom = async (
  io: Io,
  path: string,
  options: InputOptions,
  arrangement: Arrangement = 'merged',
): Promise<Profile> => {
  const name = path === '-' ? 'stdin' : path;
  const profile = await readOrSay(io, path, name, options, arrangement);
  for (const note of profile.notes) io.err.write(`! ${name}: ${harmless(note)}\n`);
  return options.strip === 'node' ? { ...profile, tree: stripNode(profile.tree) } : profile;
};

const readOrSay = async (
  io: Io,
  path: string,
  name: string,
  options: InputOptions,
  arrangement: Arrangement,
): Promise<Profile> => {
  try {
    return await readProfile(io.openFile(path), foldOptionsOf(options), arrangement);
  } catch (error) {
    if (error instanceof NotAProfile)
      throw new CommandFailed(`${name} is ${harmless(error.message)}`, Exit.bad, { cause: error });
    const { code, syscall, path: missing } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && missing === 'addr2line')
      throw new CommandFailed("--inline needs addr2line, which is in Debian's binutils", Exit.unreachable, {
        cause: error,
      });
    if (code?.startsWith('Z_') === true)
      throw new CommandFailed(`${name} is a broken or cut short gzip file`, Exit.bad, { cause: error });
    if (code === undefined) throw error;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : `${code}${syscall === undefined ? '' : ` (${syscall})`}`;
    throw new CommandFailed(`${name} can't be read: ${why}`, Exit.unreachable, { cause: error });
  }
};
