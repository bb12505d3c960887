import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { deployFrom } from '../../../monkey/host/deploy.ts';
import { journalLines, oomLines } from '../../../monkey/host/log-lines.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-lines-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const limits = { deadlineMs: 5_000 };
const program = async (script: string, name = 'program'): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
};
const journal = async (script: string) =>
  journalLines({ unit: 'meow.service', lines: 3, journalctl: await program(script) });

test('asks for the last lines of the unit, and keeps them without what looks like a secret', async () => {
  const source = await journal('echo "$*"; echo "token=hunter2"; echo "it spins"');
  expect(await source.read(limits)).toEqual({
    kind: 'read',
    of: 'meow.service',
    lines: ['--unit meow.service --lines 3 --output short-iso --no-pager --quiet', 'token=…', 'it spins'],
  });
});

test('a journal that tells nothing says who may read it', async () => {
  expect(await (await journal('true')).read(limits)).toMatchObject({
    kind: 'not-read',
    because: expect.stringContaining('systemd-journal'),
  });
});

test('a program that fails, is missing, or does not end is a sentence, not a failure', async () => {
  expect(await (await journal('echo "No journal files were found." >&2; exit 1')).read(limits)).toEqual({
    kind: 'not-read',
    because: 'the journal of meow.service could not be read: No journal files were found.',
  });
  const missing = journalLines({ unit: 'meow.service', lines: 3, journalctl: join(folder, 'nothing') });
  expect((await missing.read(limits)).kind).toBe('not-read');
  expect((await (await journal('exec sleep 60')).read({ deadlineMs: 50 })).kind).toBe('not-read');
});

test('of the kernel only what it says of memory that ran out; nothing is an answer too', async () => {
  const said = await program('echo "[1.0] eth0: link up"; echo "[2.0] Out of memory: Killed process 7 (node)"');
  expect(await oomLines({ dmesg: said }).read(limits)).toEqual({
    kind: 'read',
    of: 'the kernel',
    lines: ['[2.0] Out of memory: Killed process 7 (node)'],
    readAtSeconds: expect.any(Number),
  });
  expect(await oomLines({ dmesg: await program('echo fine') }).read(limits)).toMatchObject({ kind: 'read', lines: [] });
});

describe('a kernel whose own log may not be read', () => {
  const refused = 'echo "dmesg: read kernel buffer failed: Operation not permitted" >&2; exit 1';
  const read = async (journal: string) =>
    oomLines({ dmesg: await program(refused, 'dmesg'), journalctl: await program(journal, 'journalctl') }).read(limits);

  test('is read from the journal', async () => {
    expect(await read('echo "[1.0] Linux"; echo "[2.0] Out of memory: Killed process 7 (node)"')).toMatchObject({
      kind: 'read',
      lines: ['[2.0] Out of memory: Killed process 7 (node)'],
    });
    expect(await read('echo "[1.0] Linux"')).toMatchObject({ kind: 'read', lines: [] });
  });

  test.each(['true', 'exit 1', 'exec sleep 60'])(
    'says what would allow it, where the journal does %p',
    async (journal) => {
      const answer = await oomLines({
        ...{ dmesg: await program(refused, 'dmesg'), journalctl: await program(journal, 'journalctl') },
      }).read({ deadlineMs: 4_000 });
      expect(answer).toEqual({
        kind: 'not-read',
        because:
          "the kernel's log could not be read: dmesg: read kernel buffer failed: Operation not permitted; " +
          'the capability CAP_SYSLOG, or the group systemd-journal, would let its user read it',
      });
    },
  );
});

test('the deploy is the first line of its file', async () => {
  const file = join(folder, 'REVISION');
  await writeFile(file, 'r42 by ann\nand more\n');
  expect(await deployFrom(file)(limits)).toBe('r42 by ann');
  await writeFile(file, '\n');
  expect(await deployFrom(file)(limits)).toBeUndefined();
});
