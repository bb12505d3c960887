import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { freePort } from '../../../../infra/free-port.ts';
import { profilerOf } from '../../../../monkey/flame/capture/profiler.ts';
import { procLook } from '../../../../monkey/host/process-look.ts';
import { systemClock } from '../../../../pool/clock.ts';
import { sampled, stuck, withNode, withProcess } from '../../../support/victim.ts';

const look = procLook();
const never = new AbortController().signal;

const inspectorOf = (...pids: readonly number[]) =>
  profilerOf(
    { kind: 'processes', name: 'the app', find: async () => ({ kind: 'found', pids }) },
    { look, clock: systemClock, path: '/nowhere', by: 'inspector' },
  );

const listens = async (pid: number, port: number): Promise<boolean> =>
  (await look.listenersOf(pid, never))?.some((listener) => listener.port === port) === true;

const ask = { seconds: 0.5, hz: 200, mayDeoptimize: true };
const brief = { seconds: 0.2, hz: 200 };
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

  test('says that a process was idle', async () => {
    const port = await freePort();
    const idle = 'console.log("up"); setInterval(function tick() { for (let n = 0; n < 2e6; n += 1); }, 400);\n';
    await withNode(idle, [`--inspect-port=${port}`], async ({ pid }) => {
      expect(await inspectorOf(pid).capture({ ...ask, seconds: 2, hz: 1_000 }, limits)).toMatchObject({
        notes: [expect.stringMatching(/^the process was idle .*for 9\d % of it$/)],
      });
    });
  });

  test('stays open where somebody else had opened it', async () => {
    const port = await freePort();
    await withNode(turning, [`--inspect=127.0.0.1:${port}`], async ({ pid }) => {
      expect(await inspectorOf(pid).capture(ask, limits)).toMatchObject({ kind: 'captured' });
      expect(await listens(pid, port)).toBe(true);
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

  test('gives what it has when it is stopped, and is closed soon after', async () => {
    const port = await freePort();
    await withNode(stuck, [`--inspect-port=${port}`], async ({ pid }) => {
      const stop = new AbortController();
      const inspector = inspectorOf(pid);
      const capturing = inspector.capture({ seconds: 60, hz: 200 }, { deadlineMs: 70_000, signal: stop.signal });
      await sampled(pid);
      stop.abort();
      expect(await capturing).toMatchObject({ kind: 'captured', cut: expect.stringContaining('stopped') });
      // Who comes next waits for the end of that, and is not refused.
      expect(await inspector.capture(ask, limits)).toMatchObject({ kind: 'captured' });
      expect(await inspector.settled()).toEqual([]);
      expect(await look.holderOf(port, never)).toBeUndefined();
    });
  });

  test('says that the process has ended', async () => {
    const port = await freePort();
    await withNode(stuck, [`--inspect-port=${port}`], async ({ pid, child }) => {
      const capturing = inspectorOf(pid).capture({ seconds: 60, hz: 200 }, { deadlineMs: 70_000 });
      while (!(await listens(pid, port))) await systemClock.sleep(5);
      child.kill('SIGKILL');
      expect(await capturing).toMatchObject({ kind: 'not-captured', why: 'nothing' });
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

  test.each([
    ['the value of -r is no script', (port: number) => ['-r', './x.cjs', `--inspect-port=${port}`]],
    ['the port stands apart', (port: number) => ['--inspect-port', String(port)]],
  ])('is found, and closed again, where %s', async (_how, options) => {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'preload-'));
    await writeFile(join(folder, 'x.cjs'), '');
    const args = options(port).map((word) => word.replace('./x.cjs', join(folder, 'x.cjs')));
    try {
      await withNode(turning, args, async ({ pid }) => {
        expect(await inspectorOf(pid).capture(brief, limits)).toMatchObject({ kind: 'captured' });
        expect(await listens(pid, port)).toBe(false);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('is found, and closed again, where the process has written over its command line', async () => {
    const port = await freePort();
    await withNode(`process.title = 'cats'; ${turning}`, [`--inspect-port=${port}`], async ({ pid }) => {
      expect(await inspectorOf(pid).capture(brief, limits)).toMatchObject({ kind: 'captured' });
      expect(await listens(pid, port)).toBe(false);
    });
  });

  test('is not asked for where other machines would reach it', async () => {
    const port = await freePort();
    await withNode(turning, [`--inspect-port=0.0.0.0:${port}`], async ({ pid }) => {
      expect(await inspectorOf(pid).capture(brief, limits)).toMatchObject({
        because: expect.stringContaining('could run code in it'),
      });
      expect(await listens(pid, port)).toBe(false);
    });
  });

  test('is closed at once where other machines reach it and nothing had said so', async () => {
    const port = await freePort();
    const source = `process.title = 'cats'; ${turning}`;
    await withNode(source, [`--inspect-port=0.0.0.0:${port}`], async ({ pid }) => {
      expect(await inspectorOf(pid).capture(brief, limits)).toMatchObject({
        because: expect.stringContaining(`opened its inspector on 0.0.0.0:${port}`),
      });
      expect(await listens(pid, port)).toBe(false);
    });
  });

  test('lets the process exit as soon as it wants to', async () => {
    const port = await freePort();
    const exits = `${turning} process.on('SIGTERM', () => process.exit(7));\n`;
    await withNode(exits, [`--inspect-port=${port}`], async ({ pid, child }) => {
      const capturing = inspectorOf(pid).capture({ seconds: 60, hz: 200 }, { deadlineMs: 70_000 });
      await sampled(pid);
      const exited = once(child, 'exit');
      const askedMs = performance.now();
      child.kill('SIGTERM');
      expect(await exited).toEqual([7, null]);
      // Not when the minute of the capture is over.
      expect(performance.now() - askedMs).toBeLessThan(20_000);
      expect(await capturing).toMatchObject({ kind: 'captured', cut: 'the process exits' });
    });
  });

  test('is never asked for of a process that is stopped', async () => {
    await withNode(turning, [`--inspect-port=${await freePort()}`], async ({ pid, child }) => {
      child.kill('SIGSTOP');
      while (look.glance(pid)?.isStopped !== true) await systemClock.sleep(5);
      expect(await inspectorOf(pid).capture(brief, limits)).toMatchObject({
        because: expect.stringContaining('is stopped'),
      });
      // A signal that was sent to it would wait: SIGUSR1 is the tenth.
      const waiting = /^ShdPnd:\t(\w+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
      expect(BigInt(`0x${waiting}`) & (1n << 9n)).toBe(0n);
    });
  });

  test('is not asked for where no time is left to open it and close it again', async () => {
    const port = await freePort();
    await withNode(turning, [`--inspect-port=${port}`], async ({ pid }) => {
      expect(await inspectorOf(pid).capture({ seconds: 0.1, hz: 200 }, { deadlineMs: 2_000 })).toMatchObject({
        because: expect.stringContaining('too little time is left'),
      });
      expect(await listens(pid, port)).toBe(false);
    });
  });
});
