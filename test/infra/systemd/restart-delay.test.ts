import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const script = fileURLToPath(new URL('../../../infra/systemd/restart-delay', import.meta.url));

let folder: string;
let nowSeconds: number;

const program = async (name: string, body: string) => {
  await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(folder, name), 0o755);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restart-'));
  nowSeconds = 1_700_000_000;
  await program('date', 'echo "$NOW"');
  await program('sleep', 'echo "$1" > "${0%/*}/slept"');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** One start, `livedSeconds` after the one before; returns how long it waited. */
const start = async (livedSeconds: number, env: Record<string, string> = {}): Promise<number> => {
  nowSeconds += livedSeconds;
  await rm(join(folder, 'slept'), { force: true });
  const { status, stderr } = spawnSync(script, {
    env: { PATH: `${folder}:/usr/bin:/bin`, RUNTIME_DIRECTORY: folder, NOW: String(nowSeconds), ...env },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  try {
    return Number(readFileSync(join(folder, 'slept'), 'utf8'));
  } catch {
    return 0;
  }
};

test('starts at once the first time, then waits twice as long each time, up to a minute', async () => {
  const waited: number[] = [];
  for (let starts = 0; starts < 10; starts += 1) waited.push(await start(1));
  expect(waited).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('starts at once again after a life of five minutes', async () => {
  for (let starts = 0; starts < 5; starts += 1) await start(1);
  expect(await start(299)).toBe(16);
  expect(await start(300)).toBe(0);
  expect(await start(1)).toBe(1);
});

test('waits no longer than it may', async () => {
  const waited: number[] = [];
  for (let starts = 0; starts < 6; starts += 1) waited.push(await start(1, { RESTART_DELAY_LONGEST: '5' }));
  expect(waited).toEqual([0, 1, 2, 4, 5, 5]);
});

test.each(['', 'garbage', '17 x', '\0\0\0'])('begins anew where its memory holds %j', async (memory) => {
  await writeFile(join(folder, 'restart-delay'), memory);
  expect(await start(1)).toBe(0);
});
