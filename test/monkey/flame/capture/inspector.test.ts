import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { profilerOf } from '../../../../monkey/flame/capture/profiler.ts';
import { procLook } from '../../../../monkey/host/process-look.ts';
import { systemClock } from '../../../../pool/clock.ts';
import { freePort, stuck, withNode, withProcess } from '../../../support/victim.ts';

const look = procLook();
const never = new AbortController().signal;

const inspectorOf = (...pids: readonly number[]) =>
  profilerOf(
    { kind: 'processes', name: 'the app', find: async () => ({ kind: 'found', pids }) },
    { look, clock: systemClock, path: '/nowhere', by: 'inspector' },
  );

const ask = { seconds: 0.5, hz: 200 };
const limits = { deadlineMs: 15_000 };
const turning = 'console.log("up"); setInterval(function tick() { for (let n = 0; n < 1e6; n += 1); }, 5);\n';

describe('the inspector', () => {
  test.each([
    ['CommonJS', 'app.js'],
    ['a module', 'app.mjs'],
  ])('names the function in which a process is stuck, and is closed again: %s', async (_kind, name) => {
    const port = await freePort();
    const use = async ({ pid, file }: { readonly pid: number; readonly file: string }): Promise<void> => {
      const captured = await inspectorOf(pid).capture(ask, limits);
      if (captured.kind !== 'captured') throw new Error(captured.because);
      const [hottest] = [...captured.stacks].sort(([, one], [, other]) => other - one);
      expect(hottest?.[0].split(';').at(-1)).toBe(`runaway ${file}:1:17`);
      expect(captured).toMatchObject({ by: 'inspector', of: `node ${name} (pid ${pid})`, hz: 200 });
      expect([captured.cut, captured.notes]).toEqual([undefined, undefined]);
      expect(await look.holderOf(port, never)).toBeUndefined();
    };
    await withNode(stuck, [`--inspect-port=${port}`], use, name);
  });

  test('profiles a process again, whose event loop turns', async () => {
    const port = await freePort();
    await withNode(turning, [`--inspect-port=${port}`], async ({ pid }) => {
      const inspector = inspectorOf(pid);
      expect(await inspector.capture(ask, limits)).toMatchObject({ kind: 'captured' });
      expect(await inspector.capture(ask, limits)).toMatchObject({ kind: 'captured' });
      expect(await look.holderOf(port, never)).toBeUndefined();
    });
  });

  test('stays open where somebody else had opened it', async () => {
    const port = await freePort();
    await withNode(turning, [`--inspect=127.0.0.1:${port}`], async ({ pid }) => {
      expect(await inspectorOf(pid).capture(ask, limits)).toMatchObject({ kind: 'captured' });
      expect(await look.listensOn(pid, port, never)).toBe(true);
    });
  });

  test('is not asked for where its port is held by another process', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { readonly port: number };
    try {
      await withNode(turning, [`--inspect-port=${port}`], async ({ pid, child }) => {
        expect(await inspectorOf(pid).capture(ask, limits)).toMatchObject({
          kind: 'not-captured',
          because: expect.stringContaining(`port ${port}, which is held by node (pid ${process.pid})`),
        });
        expect(child.exitCode).toBeNull();
      });
    } finally {
      holder.close();
    }
  });

  test('is not asked for of a process that SIGUSR1 would end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'not-node-'));
    const program = join(folder, 'node');
    await copyFile('/bin/sh', program);
    try {
      await withProcess(program, ['-c', 'echo up; while :; do :; done'], async (child) => {
        expect(await inspectorOf(child.pid ?? 0).capture(ask, limits)).toMatchObject({
          because: expect.stringContaining('does not catch SIGUSR1'),
        });
        // Signals come in order: had it been sent one before, it would have ended by that.
        child.kill('SIGTERM');
        await once(child, 'exit');
        expect(child.signalCode).toBe('SIGTERM');
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('gives what it has when it is stopped, and is closed by then', async () => {
    const port = await freePort();
    await withNode(stuck, [`--inspect-port=${port}`], async ({ pid }) => {
      const stop = new AbortController();
      const capturing = inspectorOf(pid).capture({ seconds: 60, hz: 200 }, { deadlineMs: 70_000, signal: stop.signal });
      while (!(await look.listensOn(pid, port, never))) await systemClock.sleep(5);
      await systemClock.sleep(700);
      stop.abort();
      expect(await capturing).toMatchObject({ kind: 'captured', cut: expect.stringContaining('stopped') });
      expect(await look.holderOf(port, never)).toBeUndefined();
    });
  });

  test('says that the process has ended', async () => {
    const port = await freePort();
    await withNode(stuck, [`--inspect-port=${port}`], async ({ pid, child }) => {
      const capturing = inspectorOf(pid).capture({ seconds: 60, hz: 200 }, { deadlineMs: 70_000 });
      while (!(await look.listensOn(pid, port, never))) await systemClock.sleep(5);
      child.kill('SIGKILL');
      expect(await capturing).toMatchObject({ kind: 'not-captured' });
    });
  });

  test('looks at the busiest of several processes, one at a time', async () => {
    const [port, other] = [await freePort(), await freePort()];
    await withNode(turning, [`--inspect-port=${other}`], async ({ pid: idle }) => {
      await withNode(stuck, [`--inspect-port=${port}`], async ({ pid }) => {
        const inspector = inspectorOf(idle, pid);
        const [first, second] = await Promise.all([inspector.capture(ask, limits), inspector.capture(ask, limits)]);
        expect(first).toMatchObject({ kind: 'captured', of: `node app.js (pid ${pid})` });
        expect(second).toMatchObject({ kind: 'not-captured', because: expect.stringContaining('one at a time') });
      });
    });
  });
});
