import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CpuOptions, ProcessSelector } from '../../../../monkey/host/options.ts';
import { hostVitals } from '../../../../monkey/host/vitals/host-vitals.ts';
import { silentLog } from '../../../../pool/log.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { type RecordedKernel, type RecordedProcess, recordedKernel } from '../../../support/recorded-kernel.ts';

let kernel: RecordedKernel;
beforeEach(() => {
  kernel = recordedKernel();
  kernel.proc('../run/app.pid', '10\n');
});
afterEach(() => kernel.remove());

const limits = { deadlineMs: 5_000 };
const node = (selector: ProcessSelector = { pidFile: `${kernel.procRoot}/../run/app.pid` }, cpus = 2) => {
  const clock = manualClock();
  const cpu: CpuOptions = { source: 'process-tree', cpus, ...selector };
  const source = hostVitals({ cpu, ...kernel }, { clock, log: silentLog });
  return {
    clock,
    measure: () => source.measure(limits),
    /** Lets time pass, on the clock and in the kernel, with these processes at its end. */
    after: (ms: number, processes: readonly RecordedProcess[]) => {
      clock.advance(ms);
      kernel.uptime(100 + clock.monotonicMs() / 1_000);
      kernel.processes(processes);
    },
  };
};

test('has nothing to compare with at first', async () => {
  kernel.processes([{ pid: 10, ticks: 5_000 }]);
  expect((await node().measure()).cpu).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('first time'),
  });
});

test('is the share of the declared CPUs that a process and its children used from one call to the next', async () => {
  const { measure, after } = node();
  kernel.processes([
    { pid: 10, ticks: 100 },
    { pid: 11, parent: 10, ticks: 900 },
    { pid: 50, ticks: 1 },
  ]);
  await measure();
  after(10_000, [
    { pid: 10, ticks: 200 },
    { pid: 11, parent: 10, ticks: 1_300 },
    { pid: 50, ticks: 1_001 },
  ]);
  // 1 s and 4 s of 10 s on two CPUs; process 50 belongs to somebody else.
  expect((await measure()).cpu).toEqual({ kind: 'measured', share: 0.25, source: 'process-tree', overMs: 10_000 });
});

test('counts a stress process beside the app that was started and is gone again', async () => {
  const { measure, after } = node();
  kernel.processes([{ pid: 10 }]);
  await measure();
  after(10_000, [{ pid: 10, childTicks: 1_000 }]);
  expect((await measure()).cpu).toMatchObject({ share: 0.5 });
});

test('is at most all of its CPUs, also on a machine that has more', async () => {
  const { measure, after } = node(undefined, 1);
  kernel.processes([{ pid: 10 }]);
  await measure();
  after(1_000, [{ pid: 10, ticks: 190 }]);
  expect((await measure()).cpu).toMatchObject({ share: 1 });
});

test('goes on comparing with the older sample where it is asked again at once', async () => {
  const { measure, after } = node();
  kernel.processes([{ pid: 10 }]);
  await measure();
  after(50, [{ pid: 10, ticks: 5 }]);
  expect((await measure()).cpu).toMatchObject({ kind: 'unknown', because: expect.stringContaining('only 50 ms') });
  after(950, [{ pid: 10, ticks: 100 }]);
  expect((await measure()).cpu).toMatchObject({ share: 0.5, overMs: 1_000 });
});

test('says why it does not know, and begins again, where the process is gone', async () => {
  const { measure, after } = node();
  kernel.processes([{ pid: 10 }]);
  await measure();
  after(1_000, []);
  const gone = await measure();
  expect(gone.cpu).toMatchObject({
    kind: 'unknown',
    because: expect.stringMatching(/^process 10 of .*app\.pid is not running$/),
  });
  expect(gone.uptimeSeconds).toBe(0);
  after(1_000, [{ pid: 10, startTicks: 10_200, ticks: 50 }]);
  expect((await measure()).cpu).toMatchObject({ because: expect.stringContaining('first time') });
});

test.each([
  ['', 'holds no process number'],
  ['ten', 'holds no process number'],
  [undefined, 'is not there'],
])('says what is wrong with a pid file that holds %j', async (text, because) => {
  if (text !== undefined) kernel.proc('../run/bad.pid', text);
  const { measure } = node({ pidFile: `${kernel.procRoot}/../run/bad.pid` });
  kernel.processes([{ pid: 10 }]);
  expect((await measure()).cpu).toMatchObject({ kind: 'unknown', because: expect.stringContaining(because) });
});

test('has been up since its oldest process of the selection started, not since the machine did', async () => {
  kernel.uptime(1_000);
  kernel.processes([
    { pid: 10, startTicks: 97_000 },
    { pid: 11, parent: 10, startTicks: 98_000 },
  ]);
  expect((await node().measure()).uptimeSeconds).toBeCloseTo(30);
});

test('finds processes by a variable that they were started with, and those of them that have lost it', async () => {
  const { measure, after } = node({ environment: 'INSTANCE=i-1' });
  const marked = { pid: 10, environment: ['PATH=/bin', 'INSTANCE=i-1'] };
  const others = [
    { pid: 30, environment: ['INSTANCE=i-12'] },
    { pid: 31, environment: ['XINSTANCE=i-1'] },
  ];
  kernel.processes([marked, { pid: 11, parent: 10 }, ...others]);
  await measure();
  after(1_000, [
    { ...marked, ticks: 40 },
    { pid: 11, parent: 10, ticks: 60 },
    ...others.map((o) => ({ ...o, ticks: 90 })),
  ]);
  expect((await measure()).cpu).toMatchObject({ share: 0.5 });
});

test('asks a process again that had not yet come to its own environment when it was first seen', async () => {
  const { measure, after } = node({ environment: 'INSTANCE=i-1' });
  kernel.processes([{ pid: 10, environment: [] }]);
  expect((await measure()).cpu).toMatchObject({ because: 'no process was started with INSTANCE=i-1' });
  after(1_000, [{ pid: 10, environment: ['INSTANCE=i-1'] }]);
  expect((await measure()).cpu).toMatchObject({ because: expect.stringContaining('first time') });
});

test('says that nothing was selected where nothing says what is meant', async () => {
  expect((await node({}).measure()).cpu).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('nothing says'),
  });
});
