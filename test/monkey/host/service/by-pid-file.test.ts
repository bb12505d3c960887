import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import { filedService } from '../../../../monkey/host/service/by-pid-file.ts';
import { systemClock } from '../../../../pool/clock.ts';
import { type RestartedProcess, restartedProcess } from '../../../support/restarted-process.ts';

let running: RestartedProcess;
afterEach(() => running.end());

const restart = (signal: NodeJS.Signals = 'SIGTERM', deadlineMs = 10_000) =>
  filedService({ pidFile: running.pidFile, signal }, systemClock).restart({ deadlineMs });

test('a process that is not started again is not proven to be restarted', async () => {
  running = await restartedProcess();
  running.leaveDead();
  expect(await restart('SIGTERM', 2_000)).toEqual({
    kind: 'unknown',
    because: expect.stringMatching(/^SIGTERM was sent to process \d+, but no other has taken its place: no answer/),
  });
});

test('a process that takes no notice is told once and left alone', async () => {
  running = await restartedProcess(
    'process.on("SIGTERM", () => undefined); process.stdout.write("up"); setInterval(() => undefined, 1_000)',
  );
  expect((await restart('SIGTERM', 2_000)).kind).toBe('unknown');
  expect(running.starts()).toBe(1);
  expect((await restart('SIGKILL')).kind).toBe('restarted');
  expect(running.starts()).toBe(2);
});

test.each([
  ['0\n', 'names process 0, which is no service'],
  ['1\n', 'names process 1, which is no service'],
  [`${process.pid}\n`, 'which is no service'],
  ['-7\n', 'holds no process number'],
  ['', 'holds no process number'],
  ['4194305\n', 'is not running'],
])('a file that holds %p stops nobody', async (text, because) => {
  running = await restartedProcess();
  writeFileSync(running.pidFile, text);
  expect(await restart()).toEqual({ kind: 'failed', because: expect.stringContaining(because) });
  expect(running.starts()).toBe(1);
});

test('without the file there is nobody to restart', async () => {
  running = await restartedProcess();
  const service = filedService({ pidFile: '/nowhere/app.pid', signal: 'SIGTERM' }, systemClock);
  expect(await service.restart({ deadlineMs: 1_000 })).toMatchObject({ kind: 'failed' });
});
