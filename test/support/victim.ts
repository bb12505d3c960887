/** Processes to be profiled: started for one test, and ended with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

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

const samplerThread = 'v8:ProfEvntProc';
/** Half a second: a hundred samples at 200 Hz, however long the machine takes for it. */
const enoughTicks = 50;

/** Resolves once V8 samples this process for a profiler, and the process has worked for a while since. */
export const sampled = async (pid: number): Promise<void> => {
  const withinMs = 25_000;
  await eventually('it is sampled', async () => (await threadsOf(pid)).includes(samplerThread), withinMs);
  const begunTicks = await ticksOf(pid);
  await eventually('it works', async () => (await ticksOf(pid)) - begunTicks >= enoughTicks, withinMs);
};

const threadsOf = async (pid: number): Promise<readonly string[]> => {
  const tasks = await readdir(`/proc/${pid}/task`);
  return Promise.all(tasks.map(async (task) => (await readFile(`/proc/${pid}/task/${task}/comm`, 'utf8')).trim()));
};

const ticksOf = async (pid: number): Promise<number> => {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
};
