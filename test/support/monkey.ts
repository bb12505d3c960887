/** The built command as real processes; `scripts/test` builds it first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../../dist/monkey.js', import.meta.url));

export interface RunningMonkey {
  readonly child: ChildProcess;
  /** All that it has written to stderr so far. */
  readonly log: () => string;
  /** How often this event stands in its log. */
  readonly logged: (event: string) => number;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Ends it whatever it does, and waits for that. */
  readonly kill: () => Promise<void>;
}

/** Starts `monkey ARGS`; whoever starts it kills it. */
export const startMonkey = (args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningMonkey => {
  if (!existsSync(built)) throw new Error('dist/monkey.js is not built: run scripts/setup or npm run build');
  const child = spawn(process.execPath, [built, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (part: Buffer) => (log += part.toString()));
  child.stdout.resume();
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'gone')),
  );
  return {
    child,
    ended,
    log: () => log,
    logged: (event) => log.split('\n').filter((line) => line.includes(`"event":"${event}"`)).length,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
