import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { procEvidence } from '../../../monkey/host/evidence.ts';
import type { CpuOptions } from '../../../monkey/host/options.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { type RecordedKernel, type RecordedProcess, recordedKernel } from '../../support/recorded-kernel.ts';

let kernel: RecordedKernel;
beforeEach(() => {
  kernel = recordedKernel();
});
afterEach(() => kernel.remove());

/** Takes evidence while the processes become those of `later`. */
const take = (later: readonly RecordedProcess[], cpu: CpuOptions = { source: 'host' }, deadlineMs = 10_000) => {
  const clock = manualClock();
  const sleep = async (ms: number) => {
    await clock.sleep(ms);
    kernel.uptime(100 + ms / 1_000);
    kernel.processes(later);
  };
  return procEvidence({ cpu, ...kernel }, { clock: { ...clock, sleep } }).take({ deadlineMs });
};

test('names who uses the CPU, by share of a core, and who the memory', async () => {
  kernel.processes([
    { pid: 10, ticks: 50 },
    { pid: 20, ticks: 900 },
    { pid: 30, rssPages: 0 },
  ]);
  const evidence = await take([
    { pid: 10, ticks: 145, command: 'node', rssPages: 100 },
    { pid: 20, ticks: 910, command: 'sshd', rssPages: 200 },
    { pid: 30, rssPages: 0, command: 'kworker/0:1' },
  ]);
  const node = { pid: 10, command: 'node', cpuShare: 0.95, rssBytes: 409_600 };
  const sshd = { pid: 20, command: 'sshd', cpuShare: expect.closeTo(0.1), rssBytes: 819_200 };
  expect(evidence).toMatchObject({ topByCpu: [node, sshd], topByMemory: [sshd, node], missing: [] });
  expect(evidence.load).toHaveLength(3);
});

test('counts a process that was born between the two looks, and not the past of one with a number used again', async () => {
  kernel.processes([{ pid: 10, ticks: 5_000 }]);
  const { topByCpu } = await take([
    { pid: 10, ticks: 30, startTicks: 10_050 },
    { pid: 11, ticks: 60, startTicks: 10_020 },
  ]);
  expect(topByCpu.map(({ pid, cpuShare }) => [pid, cpuShare])).toEqual([
    [11, 0.6],
    [10, 0.3],
  ]);
});

test('looks at the processes of the node only, where the node is not the whole machine', async () => {
  const all = (ticks: number) => [
    { pid: 10, ticks },
    { pid: 11, parent: 10, ticks },
    { pid: 90, ticks },
  ];
  kernel.processes(all(0));
  const { topByCpu, topByMemory } = await take(all(50), { source: 'process-tree', pid: 10, cpus: 1 });
  expect([topByCpu, topByMemory].map((lines) => lines.map(({ pid }) => pid))).toEqual([
    [10, 11],
    [10, 11],
  ]);
  kernel.cgroup('cgroup.controllers', '');
  kernel.cgroup('web/cgroup.procs', '90\n');
  kernel.processes(all(0));
  expect((await take(all(50), { source: 'cgroup', cgroup: '/web' })).topByCpu.map(({ pid }) => pid)).toEqual([90]);
});

test('stays small whatever runs, and holds nothing but printable names', async () => {
  const crowd = (ticks: number) =>
    Array.from({ length: 300 }, (_, index) => ({
      pid: 1_000 + index,
      ticks: ticks * index,
      command: `\u0000"\n${'x'.repeat(90)}é`,
    }));
  kernel.processes(crowd(0));
  const evidence = await take(crowd(1));
  expect([evidence.topByCpu.length, evidence.topByMemory.length]).toEqual([20, 20]);
  expect(JSON.stringify(evidence).length).toBeLessThan(65_536);
  expect(evidence.topByCpu[0]?.command).toMatch(/^[ -~]{1,64}$/);
});

test('never reads arguments or an environment, which may hold secrets', async () => {
  const secretive = { pid: 10, ticks: 0, environment: ['PASSWORD=hunter2'] };
  kernel.processes([secretive]);
  kernel.proc('10/cmdline', 'mysql\0--password=hunter2\0');
  expect(JSON.stringify(await take([{ ...secretive, ticks: 50 }]))).not.toContain('hunter2');
});

test('gives what it had by the deadline, and says what is missing', async () => {
  kernel.processes([{ pid: 10, ticks: 50 }]);
  const clock = { ...manualClock(), sleep: () => new Promise<void>(() => undefined) };
  const evidence = await procEvidence({ cpu: { source: 'host' }, ...kernel }, { clock }).take({ deadlineMs: 1_500 });
  expect(evidence).toMatchObject({
    topByCpu: [],
    topByMemory: [{ pid: 10 }],
    missing: ['no answer within 1500 ms', 'CPU by process: it takes two looks'],
  });
});

test('says why there is nothing where the node’s processes are not found', async () => {
  kernel.processes([{ pid: 10 }]);
  const evidence = await take([], { source: 'process-tree', pid: 99 });
  expect(evidence).toMatchObject({ topByCpu: [], topByMemory: [] });
  expect(evidence.missing).toEqual([
    'process 99 is not running',
    'memory by process',
    'CPU by process: it takes two looks',
  ]);
});
