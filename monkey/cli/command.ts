import type { Command } from 'commander';

/** What a command may touch of the process it runs in; tests pass their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The answer, and nothing else. */
  readonly out: NodeJS.WriteStream;
  /** Logs, progress and errors. */
  readonly err: NodeJS.WriteStream;
  /** Aborted by SIGTERM and SIGINT: stop cleanly. */
  readonly signal: AbortSignal;
}

/** Exit codes, the same for every command. */
export const Exit = { fine: 0, bad: 1, usage: 2, unreachable: 3 } as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

/** An error at the edge that says itself how the command ends; its message is for people. */
export class CommandFailed extends Error {
  readonly exit: Exit;
  constructor(message: string, exit: Exit, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }
}

/** One file per command; it adds its options to `command` and sets its action, which returns the exit code by `done`. */
export interface CommandModule {
  readonly configure: (command: Command, io: Io, done: (exit: Exit) => void) => void;
}
