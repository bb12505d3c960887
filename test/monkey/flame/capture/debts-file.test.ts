import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { debtsFile } from '../../../../monkey/flame/capture/debts-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'debts-'));
});
afterEach(() => rm(folder, { recursive: true }));

const debt = { pid: 7, startTicks: 700, title: 'node app.js (pid 7)', others: [11, 12] };

test('what was written is read by who comes next, and by nobody else', async () => {
  const path = join(folder, 'asked');
  debtsFile(path).write([debt]);
  expect(debtsFile(path).read()).toEqual([debt]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  debtsFile(path).write([]);
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ['is not JSON', '[{'],
  ['is no list', '{}'],
  ['has what is no debt', JSON.stringify([{ ...debt, pid: 'seven' }, { ...debt, others: 'all' }, null])],
  ['is far too long', ' '.repeat(2 ** 20) + JSON.stringify([debt])],
])('a file that %s is as good as none', async (_what, text) => {
  const path = join(folder, 'asked');
  await writeFile(path, text);
  expect(debtsFile(path).read()).toEqual([]);
});

test('a file that is not there or cannot be written stops nobody', () => {
  const file = debtsFile(join(folder, 'nowhere', 'asked'));
  expect(file.read()).toEqual([]);
  expect(() => file.write([debt])).not.toThrow();
});
