/** A daemon of ours as a child process: started, awaited until it is ready, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Daemon {
  /** The line of JSON that it printed when it was ready; undefined where it prints none. */
  readonly said: Readonly<Record<string, unknown>> | undefined;
  readonly pid: number;
  /** Resolves once it has ended, of itself or because it was asked. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface DaemonOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What it logs goes here. */
  readonly logFile: string;
  /** Wait for its first line on stdout. */
  readonly announces: boolean;
  readonly deadlineMs: number;
}

const killAfterMs = 10_000;

/** @throws Error where it ends or says nothing within the deadline; the message ends with what it logged */
export const startDaemon = async (name: string, options: DaemonOptions): Promise<Daemon> => {
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const child = spawn(process.execPath, options.args, { env: { ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const tail: string[] = [];
  child.stderr.on('data', (part: Buffer) => {
    log.write(part);
    tail.push(part.toString());
    if (tail.length > 20) tail.shift();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => log.end(resolve)));
  const stop = () => stopChild(child, ended);
  if (!options.announces) return { said: undefined, pid: child.pid ?? 0, ended, stop };
  try {
    const line = await firstLine(child, options.deadlineMs);
    const said: unknown = JSON.parse(line);
    return { said: isRecord(said) ? said : undefined, pid: child.pid ?? 0, ended, stop };
  } catch (error) {
    await stop();
    throw new Error(`${name} does not start: ${String(error)}\n${tail.join('').slice(-2_000)}`, { cause: error });
  }
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const firstLine = (child: ChildProcess, deadlineMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within ${String(deadlineMs)} ms`)), deadlineMs);
    child.once('close', (code) => reject(new Error(`it ended with ${String(code)}`)));
    child.once('error', reject);
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve(line);
    });
  });

const stopChild = async (child: ChildProcess, ended: Promise<void>): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await ended;
  clearTimeout(timer);
};
