import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { programOf } from '../../../../monkey/host/proc/program.ts';

let root: string;
let pids = 100;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'proc-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A process that was called like this, and whose file is that; without a file, where it may not be seen. */
const started = async (pid: number, cmdline: string, exe?: string) => {
  await mkdir(join(root, String(pid)));
  await writeFile(join(root, String(pid), 'cmdline'), cmdline);
  if (exe !== undefined) await symlink(exe, join(root, String(pid), 'exe'));
  return { pid, command: 'MainThread' };
};

describe('a process whose own name tells nothing is called', () => {
  test.each([
    ['as it was started, also where its file may not be seen', 'node\0app.js\0', undefined, 'node'],
    ['without the folder', '/opt/node/bin/node\0app.js\0', undefined, 'node'],
    ['not after a file that was replaced', '/usr/bin/node\0', '/usr/bin/node (deleted)', 'node'],
    ['after its file where it was started without a name', '\0x\0', '/usr/bin/nodejs', 'nodejs'],
    ['after its file, also where that was replaced', '', '/usr/bin/node (deleted)', 'node'],
    ['after its file where its path is too long', `/${'x'.repeat(200)}/node\0`, '/usr/bin/node', 'node'],
    ['not at all where nobody can say', '', undefined, undefined],
  ])('%s', async (_what, cmdline, exe, name) => {
    pids += 1;
    const process = await started(pids, cmdline, exe);
    expect(programOf(process, root)).toBe(name);
  });
});

test('a process whose name tells something is called by it, and one that has gone is left alone', async () => {
  const { pid } = await started(7, 'node\0');
  expect(programOf({ pid, command: 'java' }, root)).toBeUndefined();
  expect(programOf({ pid: 8, command: 'MainThread' }, root)).toBeUndefined();
});
