import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isShuttingDown } from '../../../monkey/host/shutdown.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shutdown-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const program = async (name: string, script: string) => {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
};
const asked = (more: object = {}) => isShuttingDown({ path: folder, systemdFolder: join(folder, 'systemd'), ...more });

test.each([
  ['stopping', true],
  ['running', false],
  ['degraded', false],
  ['starting', false],
])('believes systemd that says %s', async (state, expected) => {
  await mkdir(join(folder, 'systemd'));
  await program('systemctl', `[ "$*" = is-system-running ] && echo ${state}; exit 1`);
  await program('runlevel', 'echo 5 0');
  expect(await asked()).toBe(expected);
});

test.each([
  ['2 6', true],
  ['N 0', true],
  ['N 2', false],
  ['unknown', false],
])('believes another init whose run level is %s', async (level, expected) => {
  await program('runlevel', `echo ${level}`);
  expect(await asked()).toBe(expected);
});

test('believes the file that was named, and nobody else then', async () => {
  await program('runlevel', 'echo 2 6');
  const shutdownFile = join(folder, 'shutting-down');
  expect(await asked({ shutdownFile })).toBe(false);
  await writeFile(shutdownFile, '');
  expect(await asked({ shutdownFile })).toBe(true);
});

test('is not going down as far as anybody knows where nobody can be asked', async () => {
  expect(await asked()).toBe(false);
  await mkdir(join(folder, 'systemd'));
  expect(await asked()).toBe(false);
});
