/*
 * Servers of the benchmark, each on one core.
 *
 * INVARIANTS
 * - A server is of its own process group; `stop` ends the whole of it and resolves when it is gone.
 * - CPU and memory are those of all its processes: nginx and HAProxy do their work in children.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { cpuMsOf } from '../cpu-of.ts';

/** Clients and nodes share a core, so that the other one is the proxy's alone. */
export const cores = { load: 0, proxy: 1 } as const;

export interface Pinned {
  readonly pid: number;
  readonly stop: () => Promise<void>;
  /** Ends it as a power cut would. */
  readonly kill: () => Promise<void>;
}

export interface Launch {
  readonly taskset: string;
  readonly core: number;
  readonly command: string;
  readonly args: readonly string[];
}

export const startPinned = ({ taskset, core, command, args }: Launch): Pinned =>
  startProcess(taskset, ['-c', String(core), command, ...args]);

/** The same wherever the system puts it. */
export const startProcess = (command: string, args: readonly string[]): Pinned => {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'ignore'],
    detached: true,
  });
  const { pid } = child;
  const closed = once(child, 'close');
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  const signal = (name: 'SIGTERM' | 'SIGKILL'): void => {
    try {
      process.kill(-pid, name);
    } catch {
      // It has ended of itself.
    }
  };
  const end = async (name: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const late = setTimeout(() => signal('SIGKILL'), 3_000);
    signal(name);
    await closed;
    clearTimeout(late);
  };
  return { pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
};

/** A port of loopback that was free just now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
};

/** Resolves once a GET is answered with 200. @throws Error where that takes more than 15 s */
export const untilAnswering = async (name: string, url: string): Promise<void> => {
  const untilMs = performance.now() + 15_000;
  while (performance.now() < untilMs) {
    if ((await statusOf(url)) === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} does not answer at ${url}`);
};

const statusOf = (url: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 2_000 }, (answer) => {
      answer.resume();
      answer.once('close', () => resolve(answer.complete ? answer.statusCode : undefined));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
  });

/** CPU in milliseconds that a server has taken so far, with all its processes. */
export const cpuMsOfAll = async (pid: number): Promise<number> => {
  const each = await Promise.all((await familyOf(pid)).map(cpuMsOf));
  return each.reduce((sum, ms) => sum + ms, 0);
};

/** VmRSS of /proc/PID/status, proc_pid_status(5), summed over all its processes, in MiB. */
export const rssMiBOfAll = async (pid: number): Promise<number> => {
  const each = await Promise.all((await familyOf(pid)).map(rssMiB));
  return each.reduce((sum, mib) => sum + mib, 0);
};

const rssMiB = async (pid: number): Promise<number> =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1_024;

const familyOf = async (pid: number): Promise<readonly number[]> => {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = children.split(' ').flatMap((text) => (text.trim() === '' ? [] : Number(text)));
  return [pid, ...(await Promise.all(pids.map(familyOf))).flat()];
};
