import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';

const script = fileURLToPath(new URL('../../scripts/stress', import.meta.url));

let running: ChildProcess | undefined;

afterEach(() => {
  running?.kill('SIGKILL');
  running = undefined;
});

/** Starts it, and resolves once its workers burn. */
const start = async (...args: readonly string[]) => {
  const child = spawn(script, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  running = child;
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await once(reader, 'line');
  return { child, lines, pid: child.pid!, ended: once(child, 'close') };
};

/** Pids of the process group that the script leads, itself left out; zombies do not count. */
const workersOf = (leader: number): readonly number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const [state, , group] = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        return pid !== leader && Number(group) === leader && state !== 'Z';
      } catch {
        return false;
      }
    });

const cpuTicks = (pid: number): number =>
  Number(
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')[11],
  );

test('burns to the end with as many workers as asked for, and sums up', async () => {
  const { child, lines, pid, ended } = await start('--workers', '2', '--for', '5s');
  const workers = workersOf(pid);
  expect(workers).toHaveLength(2);
  while (workers.some((worker) => cpuTicks(worker) === 0)) await sleep(10);
  await ended;
  expect(child.exitCode).toBe(0);
  expect(lines.at(-1)).toBe('stress: 2 workers burned for 5 s');
  expect(workersOf(pid)).toEqual([]);
});

test('ends its workers when it is told to stop, and says that it did not burn to the end', async () => {
  const { child, lines, pid, ended } = await start('--workers', '3', '--for', '5m');
  child.kill('SIGTERM');
  await ended;
  expect(child.exitCode).toBe(1);
  expect(lines.at(-1)).toMatch(/^stress: ended early, after \d+ s of 300 s$/);
  expect(workersOf(pid)).toEqual([]);
});

test('leaves no worker behind even when it is killed', async () => {
  const { child, pid } = await start('--workers', '2', '--for', '5m');
  child.kill('SIGKILL');
  await once(child, 'exit');
  while (workersOf(pid).length > 0) await sleep(20);
});

test.each([
  [['--workers', '0'], "--workers must be a number from 1 to 256, not '0'"],
  [['--workers', '257'], "--workers must be a number from 1 to 256, not '257'"],
  [['--workers', '1e3'], "--workers must be a number from 1 to 256, not '1e3'"],
  [['--workers', '99999999999999999999'], '--workers must be a number from 1 to 256'],
  [['--workers', '08'], "--workers must be a number from 1 to 256, not '08'"],
  [['--workers'], '--workers needs a value'],
  [['--for', '16m'], "--for must be 15m at most, not '16m'"],
  [['--for', '901s'], "--for must be 15m at most, not '901s'"],
  [['--for', '0s'], "--for must be a duration such as 90s or 5m, not '0s'"],
  [['--for', '-5s'], "--for must be a duration such as 90s or 5m, not '-5s'"],
  [['--for', '10'], "--for must be a duration such as 90s or 5m, not '10'"],
  [['--for', '1h'], "--for must be a duration such as 90s or 5m, not '1h'"],
  [['--for', ''], "--for must be a duration such as 90s or 5m, not ''"],
  [['now'], 'unknown argument: now'],
])('refuses %j', (args, why) => {
  const { status, stderr, stdout } = spawnSync(script, args, { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(why);
});

test('explains itself', () => {
  const { status, stdout } = spawnSync(script, ['--help'], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('Usage: scripts/stress');
});
