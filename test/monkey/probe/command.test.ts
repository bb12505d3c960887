import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeProbe } from '../../../monkey/probe/node-probe.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const url = 'http://127.0.0.1:80';
const run = (argv: readonly string[], limits: { deadlineMs: number; signal?: AbortSignal } = { deadlineMs: 10_000 }) =>
  nodeProbe({ commands: { it: argv } }).check({ kind: 'command', name: 'it' }, { url }, limits);
const shell = (script: string, deadlineMs = 10_000) => run(['/bin/sh', '-c', script], { deadlineMs });

test('passes when the program ends well, and fails with what it said last when it does not', async () => {
  expect(await shell('echo fine')).toMatchObject({ name: 'command it', ok: true, detail: 'exit 0: fine' });
  expect(await shell('echo checking; echo disk full >&2; exit 3')).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^exit 3: (disk full|checking)$/),
  });
  expect(await shell('kill -9 $$')).toMatchObject({ ok: false, detail: 'ended by SIGKILL' });
});

test('runs nothing that the node’s own configuration does not name', async () => {
  const probe = nodeProbe({ commands: {} });
  for (const name of ['it', 'toString', '__proto__'])
    expect(await probe.check({ kind: 'command', name }, { url }, { deadlineMs: 1_000 })).toMatchObject({
      ok: false,
      detail: `agent.commands has no ${JSON.stringify(name)}`,
    });
});

test('says that a program is not there', async () => {
  expect(await run(['/no/such/program'])).toMatchObject({ ok: false, detail: expect.stringContaining('ENOENT') });
});

test('gives the program its arguments as they are, no environment of ours and no input', async () => {
  const { detail } = await run([
    '/bin/sh',
    '-c',
    'cat; env | grep -v "^PWD=\\|^_=\\|^SHLVL=" | sort | tr "\\n" " "; echo "$1"',
    'sh',
    '$(id) "; x',
  ]);
  expect(detail).toMatch(/^exit 0: LC_ALL=C PATH=\S+ \$\(id\) "; x$/);
});

test('kills the program and all that it started when its time is over', async () => {
  const file = join(folder, 'pids');
  const script = `sh -c 'echo $$ >> ${file}; sleep 1000' & echo $$ >> ${file}; sleep 1000`;
  const stop = new AbortController();
  const asked = run(['/bin/sh', '-c', script], { deadlineMs: 60_000, signal: stop.signal });
  const pids = await eventually(async () => {
    const lines = (await readFile(file, 'utf8').catch(() => '')).trim().split('\n');
    return lines.length === 2 ? lines.map(Number) : undefined;
  });
  stop.abort();
  expect((await asked).ok).toBe(false);
  for (const pid of pids) await eventually(async () => (alive(pid) ? undefined : true));
});

test('leaves nothing of a program behind that ended before what it had started', async () => {
  const file = join(folder, 'pid');
  const { ok } = await shell(`sleep 1000 & echo $! > ${file}`);
  expect(ok).toBe(true);
  const pid = Number(await readFile(file, 'utf8'));
  await eventually(async () => (alive(pid) ? undefined : true));
});

test('says that the time was over', async () => {
  expect(await shell('sleep 1000', 50)).toMatchObject({ ok: false, detail: expect.stringContaining('50 ms') });
});

test('keeps only the end of a long output', async () => {
  const { detail } = await shell('yes 0123456789 | head -n 200000; echo the end');
  expect(detail).toBe('exit 0: the end');
});

test('shortens a long line', async () => {
  await writeFile(join(folder, 'long'), 'x'.repeat(5_000));
  expect((await run(['/bin/cat', join(folder, 'long')])).detail.length).toBeLessThan(250);
});

/** Reads again until there is something; the test's own time-out ends it. */
const eventually = async <T>(read: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
