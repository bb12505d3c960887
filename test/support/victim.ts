/** Processes to be profiled: started for one test, and ended with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Victim {
  readonly pid: number;
  readonly file: string;
  readonly child: ChildProcess;
}

/** A loop that never ends, in a function with a name. */
export const stuck =
  'function runaway() { for (let x = 0; ; ) x = Math.sqrt(x + 1); }\nconsole.log("up"); setTimeout(runaway, 1);\n';

/** Runs a program by Node and calls `use` once it has written its first line. */
export const withNode = async (
  source: string,
  args: readonly string[],
  use: (victim: Victim) => Promise<void>,
  name = 'app.js',
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'victim-'));
  const file = join(folder, name);
  await writeFile(file, source);
  try {
    await withProcess(process.execPath, [...args, file], (child) => use({ pid: child.pid ?? 0, file, child }));
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Runs a program and calls `use` once it has written something. */
export const withProcess = async (
  program: string,
  args: readonly string[],
  use: (child: ChildProcess) => Promise<void>,
): Promise<void> => {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'] } });
  const ended = once(child, 'close');
  try {
    await once(child.stdout, 'data');
    await use(child);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
};

/** A port that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};
