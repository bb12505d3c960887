/** A worker as a real process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Order, orderVariable, type ToWorker } from './messages.ts';

export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** It could not even be started. */
  readonly because?: string;
}

export interface WorkerProcess {
  /** Undefined: it could not be started; its end follows. */
  readonly pid: number | undefined;
  /** Lost where the worker has ended or does not read. */
  readonly send: (message: ToWorker) => void;
  readonly kill: (signal: 'SIGTERM' | 'SIGKILL') => void;
}

/**
 * @param hear what the worker says
 * @param ended called once, when the kernel has closed all that the worker held open and all that it said was heard
 */
export type StartWorker = (
  order: Order,
  hear: (message: unknown) => void,
  ended: (end: WorkerEnd) => void,
) => WorkerProcess;

export interface SpawnParts {
  /** The program and its arguments: those of this process. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The socket that it listens on; it finds it as `workerFd`. */
  readonly fd: number;
}

export const workerFd = 3;

/** What systemd says to the first process is for that one alone. */
const notForWorkers = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES'];

export const spawnWorkers =
  ({ command: [program, ...args], env, fd }: SpawnParts): StartWorker =>
  (order, hear, ended) => {
    const without = Object.fromEntries(Object.entries(env).filter(([name]) => !notForWorkers.includes(name)));
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        env: { ...without, [orderVariable]: JSON.stringify(order) },
        stdio: ['ignore', 'inherit', 'inherit', fd, 'ipc'],
      });
    } catch (error) {
      // Want of memory is thrown, unlike other reasons: the first process must outlive it.
      setImmediate(() => ended({ code: null, signal: null, because: String(error) }));
      return { pid: undefined, send: () => undefined, kill: () => undefined };
    }
    child.on('message', hear);
    child.on('error', (error) => {
      if (child.pid === undefined) ended({ code: null, signal: null, because: error.message });
    });
    child.once('exit', (code, signal) => {
      if (child.connected) child.once('disconnect', () => ended({ code, signal }));
      else ended({ code, signal });
    });
    return { pid: child.pid, send: (message) => tell(child, message), kill: (signal) => void child.kill(signal) };
  };

/** One that has just ended is heard of by its end. */
const tell = (child: ChildProcess, message: ToWorker): void => {
  if (child.connected) child.send(message, () => undefined);
};
