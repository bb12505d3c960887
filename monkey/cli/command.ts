import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Log } from '../../pool/log.ts';
import type { PoolStore } from '../../pool/store.ts';
import type { PoolAccess } from '../config/config.ts';
import type { ReadFile } from '../config/read-secret.ts';

/** What a command may touch of the process it runs in; tests pass their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The answer, and nothing else. */
  readonly out: NodeJS.WriteStream;
  /** Logs, progress and errors. */
  readonly err: NodeJS.WriteStream;
  /** Aborted by SIGTERM and SIGINT: stop cleanly. */
  readonly signal: AbortSignal;
  /** Takes SIGHUP from now on; where it returns false the process stops cleanly, as without it. */
  readonly hangup?: (take: () => boolean) => void;
  readonly readFile: ReadFile;
  /** A file, as a stream of bytes; `-` is stdin. Errors come by the stream. */
  readonly openFile: (path: string) => Readable;
  /** Opens a pool; nothing is asked of it yet, so this works while Redis is away. */
  readonly openPool: (access: PoolAccess, log?: Log, how?: HowRead) => Promise<PoolStore>;
}

/** `once`: the pool is read once, by a process that has just begun; see pool/redis/wire-view.ts. */
export interface HowRead {
  readonly once?: boolean;
}

/** Exit codes, the same for every command. */
export const Exit = { fine: 0, bad: 1, usage: 2, unreachable: 3 } as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

/** An error at the edge that says itself how the command ends; its message is one sentence for people. */
export class CommandFailed extends Error {
  readonly exit: Exit;
  constructor(message: string, exit: Exit, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }
}

/** The configuration is wrong; the message is all that is wrong with it, and stands for itself. */
export class BadConfiguration extends CommandFailed {
  constructor(text: string) {
    super(text, Exit.usage);
  }
}

/** One file per command; it adds its options to `command` and sets its action, which returns the exit code by `done`. */
export interface CommandModule {
  readonly configure: (command: Command, io: Io, done: (exit: Exit) => void) => void;
}
