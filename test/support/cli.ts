/** Runs the command line within the test: its own streams and environment, and a pool in memory. */
import { PassThrough, Readable } from 'node:stream';
import { BadConfiguration, type Exit, type Io } from '../../monkey/cli/command.ts';
import { commands } from '../../monkey/cli/commands.ts';
import { run } from '../../monkey/cli/program.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import type { MemoryServer } from '../../pool/memory-server.ts';

export interface CliOptions {
  /** Whose pool commands open. */
  readonly server?: MemoryServer;
  readonly env?: Readonly<Record<string, string>>;
  /** By path; `-` is what stdin brings. Bytes are for commands that read streams. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly signal?: AbortSignal;
  /** Called with each part of what it says, on stdout and stderr, as it comes. */
  readonly heard?: (part: string) => void;
  /** The width of the terminal that stdout is; without it, stdout is a pipe. */
  readonly columns?: number;
  /** The same of stderr. */
  readonly errColumns?: number;
}

export interface Ran {
  readonly exit: Exit;
  readonly out: string;
  readonly err: string;
}

/** Runs `monkey ARGS` to its end. */
export const cli = async (args: readonly string[], options: CliOptions = {}): Promise<Ran> => {
  const out = stream(options.columns, options.heard);
  const err = stream(options.errColumns, options.heard);
  const exit = await run(args, ioOf(options, out.stream, err.stream), commands);
  return { exit, out: out.text(), err: err.text() };
};

/** Options that say all that a command on a pool needs. */
export const flags = ['--redis', 'redis://127.0.0.1:6379', '--pool', 'web'] as const;

const ioOf = (
  { server, env = {}, files = {}, signal }: CliOptions,
  out: NodeJS.WriteStream,
  err: NodeJS.WriteStream,
): Io => ({
  env: { USER: 'ann', ...env },
  out,
  err,
  signal: signal ?? new AbortController().signal,
  readFile: (path) => {
    const text = files[path];
    return text === undefined ? Promise.reject(missing(path)) : Promise.resolve(text.toString());
  },
  openFile: (path) => {
    const file = files[path];
    if (file !== undefined) return Readable.from([Buffer.from(file)]);
    return new Readable({
      read() {
        this.destroy(missing(path));
      },
    });
  },
  openPool: async () => {
    if (server === undefined) throw new BadConfiguration('this test has no pool');
    return new MemoryPool(server);
  },
});

const missing = (path: string): Error => Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });

const stream = (columns: number | undefined, heard: CliOptions['heard']) => {
  const through = new PassThrough();
  let text = '';
  through.on('data', (part: Buffer) => {
    text += part.toString();
    heard?.(part.toString());
  });
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  return { stream: Object.assign(through, terminal) as unknown as NodeJS.WriteStream, text: () => text };
};
