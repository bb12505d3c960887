import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { perfObstacle } from '../../../../monkey/flame/capture/perf-permission.ts';
import { profilerOf } from '../../../../monkey/flame/capture/profiler.ts';
import { procLook } from '../../../../monkey/host/process-look.ts';
import { systemClock } from '../../../../pool/clock.ts';
import { eventually } from '../../../support/eventually.ts';
import { testUnless } from '../../../support/unless.ts';
import { withProcess } from '../../../support/victim.ts';

const look = procLook();
const path = process.env['PATH'] ?? '';

const perfOf = (pid: number, where = path) =>
  profilerOf(
    { kind: 'processes', name: 'the app', find: async () => ({ kind: 'found', pids: [pid] }) },
    { look, clock: systemClock, path: where, by: 'perf' },
  );

/** Whether perf works here at all: some containers forbid its system call. */
const obstacle = (() => {
  const uids = [process.getuid?.() ?? 0];
  const known = perfObstacle({ kind: 'processes', uids }, look.powers());
  if (known !== undefined) return known;
  const { error, status } = spawnSync('perf', ['stat', '-e', 'cpu-clock', 'true'], { stdio: 'ignore' });
  if (error !== undefined) return 'perf is not installed';
  return status === 0 ? undefined : 'perf is not allowed here';
})();

/** A small program, whose symbols are read at once. */
const loop = ['-c', 'echo up; while :; do :; done'];

/** Stands in for a perf that records until it is stopped, and then tells one sample at once and the rest never. */
const slowPerf = `#!/bin/sh
[ "$1" = script ] && printf 'app 1 1.0: 1 cpu-clock:\\n\\t1 tick (/app)\\n\\n'
[ "$1" = record ] && trap 'exit 0' INT && : > "\${0%/*}/records"
while :; do sleep 0.02; done
`;

const leftovers = async (): Promise<readonly string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('monkey-perf-'));
/** Others that run beside this test have files of their own, for as long as they record. */
const hasOnly = (before: readonly string[]) => async (): Promise<boolean> =>
  (await leftovers()).every((name) => before.includes(name));

describe('perf', () => {
  testUnless(obstacle)('records a process and leaves no file behind', async () => {
    const before = await leftovers();
    await withProcess('/bin/sh', loop, async ({ pid = 0 }) => {
      const captured = await perfOf(pid).capture({ seconds: 0.5, hz: 200 }, { deadlineMs: 25_000 });
      if (captured.kind !== 'captured') throw new Error(captured.because);
      expect(captured).toMatchObject({ by: 'perf', of: expect.stringContaining(`(pid ${pid})`) });
      expect([...captured.stacks.keys()].every((stack) => stack.startsWith('sh;'))).toBe(true);
    });
    await eventually('no file of it is left', hasOnly(before));
  });

  testUnless(obstacle)('ends when it is stopped, and leaves neither a process nor a file behind', async () => {
    const before = await leftovers();
    await withProcess('/bin/sh', loop, async ({ pid = 0 }) => {
      const stop = new AbortController();
      const capturing = perfOf(pid).capture({ seconds: 250, hz: 99 }, { deadlineMs: 260_000, signal: stop.signal });
      while (await hasOnly(before)()) await systemClock.sleep(5);
      stop.abort();
      const { kind } = await capturing;
      expect(['captured', 'not-captured']).toContain(kind);
      await eventually('no file of it is left', hasOnly(before));
    });
  });

  test('that is stopped tells within moments what it has read by then, however long all of it would take', async () => {
    const where = await mkdtemp(join(tmpdir(), 'slow-perf-'));
    try {
      await writeFile(join(where, 'perf'), slowPerf, { mode: 0o755 });
      await withProcess('/bin/sh', loop, async ({ pid = 0 }) => {
        const stop = new AbortController();
        const powers = () => ({ ...look.powers(), perfParanoid: -1 });
        const profiler = profilerOf(
          { kind: 'processes', name: 'the app', find: async () => ({ kind: 'found', pids: [pid] }) },
          { look: { ...look, powers }, clock: systemClock, path: `${where}:${path}`, by: 'perf' },
        );
        const capturing = profiler.capture({ seconds: 60, hz: 99 }, { deadlineMs: 70_000, signal: stop.signal });
        await eventually('it records', () => existsSync(join(where, 'records')));
        const stoppedMs = systemClock.monotonicMs();
        stop.abort();
        const captured = await capturing;
        expect(captured).toMatchObject({ kind: 'captured', cut: 'it was stopped before its time' });
        expect(systemClock.monotonicMs() - stoppedMs).toBeLessThan(20_000);
      });
    } finally {
      await rm(where, { recursive: true });
    }
  });

  test('says where it is not installed', async () => {
    await withProcess('/bin/sh', loop, async ({ pid = 0 }) => {
      const answer = await perfOf(pid, '/nowhere').capture({ seconds: 0.1, hz: 99 }, { deadlineMs: 10_000 });
      if (answer.kind === 'captured') throw new Error('it was captured by nothing');
      expect(answer.because).toMatch(obstacle === undefined ? /perf is not installed/ : /perf/);
    });
  });
});
