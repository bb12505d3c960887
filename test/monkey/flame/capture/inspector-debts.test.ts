/** What is owed where an inspector was asked for: tried on real processes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { freePort } from '../../../../infra/free-port.ts';
import type { DebtsKept, KeptDebt } from '../../../../monkey/flame/capture/debts-file.ts';
import { type ProfilerParts, profilerOf } from '../../../../monkey/flame/capture/profiler.ts';
import { procLook } from '../../../../monkey/host/process-look.ts';
import { type Clock, systemClock } from '../../../../pool/clock.ts';
import { withNode } from '../../../support/victim.ts';

const look = procLook();
const never = new AbortController().signal;

const inspectorBy = (parts: Partial<ProfilerParts>, ...pids: readonly number[]) =>
  profilerOf(
    { kind: 'processes', name: 'the app', find: async () => ({ kind: 'found', pids }) },
    { look, clock: systemClock, path: '/nowhere', by: 'inspector', ...parts },
  );

const listens = async (pid: number, port: number): Promise<boolean> =>
  (await look.listenersOf(pid, never))?.some((listener) => listener.port === port) === true;

/** Half a minute is two seconds by it. */
const hastyClock: Clock = {
  monotonicMs: () => systemClock.monotonicMs() * 15,
  sleep: (ms, signal) => systemClock.sleep(ms / 15, signal),
};

const memoryOfDebts = (): DebtsKept => {
  let kept: readonly KeptDebt[] = [];
  return {
    read: () => kept,
    write: (debts) => {
      kept = debts;
    },
  };
};

const brief = { seconds: 0.2, hz: 200 };
const limits = { deadlineMs: 15_000 };
/** The same by the hasty clock. */
const hastyLimits = { deadlineMs: 150_000 };
const turning = 'console.log("up"); setInterval(function tick() { for (let n = 0; n < 1e6; n += 1); }, 5);\n';

describe('an inspector', () => {
  test('is closed when it opens after it was given up', async () => {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'blocked-'));
    // Node takes notice of the signal, and of all else, once the program that it waits for has ended: with this folder.
    const wait = `while [ -e ${folder} ]; do sleep 0.05; done`;
    const blocked = `console.log("up"); require('node:child_process').execSync('${wait}'); ${turning}`;
    await withNode(blocked, [`--inspect-port=${port}`], async ({ pid }) => {
      const inspector = inspectorBy({}, pid);
      expect(await inspector.capture(brief, limits)).toMatchObject({
        because: expect.stringContaining('did not open its inspector in time'),
      });
      expect(await inspector.capture(brief, limits)).toMatchObject({ because: expect.stringContaining('has yet to') });
      await rm(folder, { recursive: true });
      expect(await inspector.settled()).toEqual([]);
      expect(await listens(pid, port)).toBe(false);
      expect(await inspector.capture(brief, limits)).toMatchObject({ kind: 'captured' });
    });
  });

  test('is asked for once of a process that handles the signal itself', async () => {
    const port = await freePort();
    const counts = `process.on('SIGUSR1', () => console.log('signal')); ${turning}`;
    await withNode(counts, [`--inspect-port=${port}`], async ({ pid, child }) => {
      let signals = 0;
      child.stdout?.on('data', (said: Buffer) => {
        signals += String(said).split('signal').length - 1;
      });
      const kept = memoryOfDebts();
      const inspector = inspectorBy({ clock: hastyClock, kept }, pid);
      expect(await inspector.capture(brief, hastyLimits)).toMatchObject({
        because: expect.stringContaining('did not open its inspector in time'),
      });
      expect(await inspector.settled()).toEqual([expect.stringContaining('app.js')]);
      const again = { because: expect.stringContaining('is not asked again') };
      expect(await inspector.capture(brief, hastyLimits)).toMatchObject(again);
      // Nor is it by whoever comes after us.
      const next = inspectorBy({ clock: hastyClock, kept }, pid);
      await next.settled();
      expect(await next.capture(brief, hastyLimits)).toMatchObject(again);
      expect(signals).toBe(1);
    });
  });

  test('that was left open is closed by who comes next, and what had been open before is not', async () => {
    const port = await freePort();
    await withNode(turning, [`--inspect-port=${port}`], async ({ pid }) => {
      const kept = memoryOfDebts();
      const before = await look.listenersOf(pid, never);
      const { startTicks = 0 } = look.glance(pid) ?? {};
      process.kill(pid, 'SIGUSR1');
      while (!(await listens(pid, port))) await systemClock.sleep(5);
      kept.write([
        { pid, startTicks, title: 'node app.js', others: before?.map(({ inode }) => inode) ?? [] },
        { pid, startTicks: startTicks - 1, title: 'who had this pid before', others: [] },
      ]);
      expect(await inspectorBy({ kept }, pid).settled()).toEqual([]);
      expect(await listens(pid, port)).toBe(false);
      expect(kept.read()).toEqual([]);
    });
  });
});
