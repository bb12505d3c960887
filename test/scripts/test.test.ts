import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';

// Each starts a jest of its own.
jest.setTimeout(120_000);

const script = fileURLToPath(new URL('../../scripts/test.mjs', import.meta.url));

let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'tests-'));
  const config = { testMatch: ['**/*.js'], transform: {}, cacheDirectory: join(project, 'cache') };
  await writeFile(join(project, 'jest.config.json'), JSON.stringify(config));
});

afterEach(() => rm(project, { recursive: true, force: true }));

interface Run {
  readonly exit: number;
  readonly lines: readonly string[];
}

/** Runs a project of its own with one test file. */
const run = async (source: string, ...args: readonly string[]): Promise<Run> => {
  await writeFile(join(project, 'sample.js'), source);
  const options = { env: { ...process.env, TMPDIR: project } };
  return new Promise((resolve) => {
    const nodeArgs = [script, `--config=${project}/jest.config.json`, ...args];
    const child = execFile(process.execPath, nodeArgs, options, (_error, out) =>
      resolve({ exit: child.exitCode ?? -1, lines: out.trimEnd().split('\n') }),
    );
  });
};

test('counts what passed, and ends well', async () => {
  const { exit, lines } = await run(`test('a', () => {}); test('b', () => {});`);
  expect(lines.at(-1)).toBe('2 passed, 0 failed');
  expect(exit).toBe(0);
});

test('counts what failed, and ends badly', async () => {
  const { exit, lines } = await run(`test('a', () => {}); test('b', () => { throw new Error('no'); });`);
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
  expect(exit).toBe(1);
});

test('counts a suite that crashes as failed', async () => {
  const { exit, lines } = await run(`throw new Error('at import');`);
  expect(lines.at(-1)).toBe('0 passed, 1 failed');
  expect(exit).toBe(1);
});

/** Ends its process with the signal where it has not done so before, or always. */
const crashing = (signal: string, times: 'once' | 'always') => `
  const { existsSync, writeFileSync } = require('node:fs');
  const mark = ${JSON.stringify(join(project, 'mark'))};
  test('a', async () => {
    if (${times === 'once'} && existsSync(mark)) return;
    writeFileSync(mark, '');
    process.kill(process.pid, '${signal}');
    await new Promise((resolve) => setTimeout(resolve, 20_000));
  });`;

test('runs a file again, once, under which Node crashed, and says so', async () => {
  await writeFile(join(project, 'other.js'), `test('b', () => {});`);
  const { exit, lines } = await run(crashing('SIGTRAP', 'once'), '--maxWorkers=2');
  expect(lines.at(-2)).toMatch(/sample\.js: its process crashed in Node \(SIGTRAP\); it was run again$/);
  expect(lines.at(-1)).toBe('2 passed, 0 failed');
  expect(exit).toBe(0);
});

test.each([
  ['under which Node crashes again', 'SIGSEGV', 'always'],
  ['whose process somebody ended', 'SIGKILL', 'always'],
  ['whose process had no more memory', 'SIGABRT', 'always'],
] as const)('counts a file %s as failed', async (_what, signal, times) => {
  await writeFile(join(project, 'other.js'), `test('b', () => {});`);
  const { exit, lines } = await run(crashing(signal, times), '--maxWorkers=2');
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
  expect(exit).toBe(1);
});

test('does not take a run without any test for a success', async () => {
  const { exit, lines } = await run('', '--testPathPatterns', 'nothing-like-this');
  expect(lines.at(-1)).toBe('0 passed, 1 failed');
  expect(exit).toBe(1);
});

test('tells why a test was skipped', async () => {
  const { exit, lines } = await run(`test('a', () => {}); test.skip('b (skipped: no systemd here)', () => {});`);
  expect(lines.slice(-2)).toEqual(['b (skipped: no systemd here)', '1 passed, 0 failed, 1 skipped']);
  expect(exit).toBe(0);
});

test('finds, names and ends a process that a test left behind', async () => {
  const { exit, lines } = await run(`test('a', () => {
    require('node:child_process').spawn('sleep', ['98765'], { detached: true, stdio: 'ignore' }).unref();
  });`);
  expect(lines.at(-2)).toMatch(/^process \d+ outlived the tests: sleep 98765$/);
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
  expect(exit).toBe(1);
  const pid = Number(/\d+/.exec(lines.at(-2) ?? '')?.[0]);
  expect(await readdir(`/proc/${pid}/fd`).catch(() => [])).toEqual([]);
});

test('finds and removes a file that a test left behind', async () => {
  const { exit, lines } = await run(`test('a', () => {
    require('node:fs').writeFileSync(require('node:os').tmpdir() + '/forgotten', '');
  });`);
  expect(lines.slice(-2)).toEqual(['the tests left forgotten in the folder for temporary files', '1 passed, 1 failed']);
  expect(exit).toBe(1);
  expect((await readdir(project)).filter((name) => name.startsWith('dm-'))).toEqual([]);
});
