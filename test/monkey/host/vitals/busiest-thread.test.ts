import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { ProcessSelector } from '../../../../monkey/host/options.ts';
import { hostVitals } from '../../../../monkey/host/vitals/host-vitals.ts';
import { silentLog } from '../../../../pool/log.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { type RecordedKernel, type RecordedProcess, recordedKernel } from '../../../support/recorded-kernel.ts';

let kernel: RecordedKernel;
beforeEach(() => {
  kernel = recordedKernel();
});
afterEach(() => kernel.remove());

const node = (app?: ProcessSelector) => {
  const clock = manualClock();
  const warn = jest.fn();
  const options = { cpu: { source: 'host' }, ...(app && { app }), ...kernel } as const;
  const sampleCpu = (done: (share: number) => void) => done(0.1);
  const source = hostVitals({ ...options, sampleCpu }, { clock, log: { ...silentLog, warn } });
  return {
    warn,
    thread: async (ms: number, processes: readonly RecordedProcess[]) => {
      clock.advance(ms);
      kernel.uptime(100 + clock.monotonicMs() / 1_000);
      kernel.processes(processes);
      const { cpu } = await source.measure({ deadlineMs: 5_000 });
      return cpu.kind === 'measured' ? cpu.busiestThreadShare : cpu.because;
    },
  };
};

test('is the share of one core that the busiest of all threads of the app and its children took', async () => {
  const { thread } = node({ pid: 10 });
  const other = { pid: 90, ticks: 5_000 };
  expect(await thread(0, [{ pid: 10, threads: { 10: 100, 15: 30 } }, { pid: 11, parent: 10 }, other])).toBeUndefined();
  const now = [
    { pid: 10, threads: { 10: 150, 15: 130 } },
    { pid: 11, parent: 10, ticks: 40 },
    { ...other, ticks: 9_000 },
  ];
  expect(await thread(2_000, now)).toBeCloseTo(0.5);
});

test('sees a runaway loop as a whole core', async () => {
  const { thread } = node({ pid: 10 });
  await thread(0, [{ pid: 10, ticks: 7 }]);
  expect(await thread(1_000, [{ pid: 10, ticks: 109 }])).toBe(1);
});

test('counts a thread that was born since, and not the past of one that was not', async () => {
  const { thread } = node({ pid: 10 });
  await thread(0, [{ pid: 10 }]);
  expect(await thread(1_000, [{ pid: 10, threads: { 10: 0, 33: 4_000 } }])).toBe(0);
  const fresh = { pid: 12, parent: 10, ticks: 30, startTicks: 1_000_000 };
  expect(await thread(1_000, [{ pid: 10 }, fresh])).toBeCloseTo(0.3);
});

test('does not take a new process for the old one whose number it has', async () => {
  const { thread } = node({ pid: 10 });
  await thread(0, [{ pid: 10, ticks: 900 }]);
  expect(await thread(1_000, [{ pid: 10, ticks: 30, startTicks: 1_000_000 }])).toBeCloseTo(0.3);
});

test('is absent where no app is named', async () => {
  const { thread, warn } = node();
  await thread(0, [{ pid: 10 }]);
  expect(await thread(1_000, [{ pid: 10, ticks: 90 }])).toBeUndefined();
  expect(warn).not.toHaveBeenCalled();
});

test('is absent where the app is not found, which is said once a cause', async () => {
  const { thread, warn } = node({ pid: 10 });
  await thread(0, []);
  await thread(1_000, []);
  expect(warn.mock.calls).toEqual([['busiest-thread-unknown', { because: 'process 10 is not running' }]]);
  await thread(1_000, [{ pid: 10 }]);
  await thread(1_000, []);
  expect(warn).toHaveBeenCalledTimes(2);
});

const listening = (inode: number): string =>
  `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 100 0 0 10 0
`;

test('finds the app by the port that it listens on, and again after it was restarted', async () => {
  const { thread } = node({ port: 8_080 });
  kernel.proc('net/tcp', listening(700));
  const app = { pid: 10, sockets: [600, 700] };
  await thread(0, [app, { pid: 20, sockets: [601] }]);
  expect(
    await thread(1_000, [
      { ...app, ticks: 25 },
      { pid: 20, ticks: 90, sockets: [601] },
    ]),
  ).toBeCloseTo(0.25);
  kernel.proc('net/tcp', listening(701));
  const restarted = { pid: 30, sockets: [701], startTicks: 1_000_000 };
  expect(await thread(1_000, [{ ...restarted, ticks: 60 }])).toBeCloseTo(0.6);
});

test('says that nobody is seen to listen', async () => {
  const { thread, warn } = node({ port: 8_080 });
  await thread(0, [{ pid: 20, sockets: [601] }]);
  expect(warn.mock.calls).toEqual([
    ['busiest-thread-unknown', { because: 'nobody that may be looked at listens on port 8080' }],
  ]);
});

test('finds the app by its control group, and by the groups in it', async () => {
  const { thread } = node({
    cgroup: '/sys/fs/cgroup/system.slice/meow.service'.replace('/sys/fs/cgroup', kernel.cgroupRoot),
  });
  kernel.cgroup('cgroup.controllers', 'cpu memory\n');
  kernel.cgroup('system.slice/meow.service/cgroup.procs', '10\n');
  kernel.cgroup('system.slice/meow.service/workers/cgroup.procs', '21\n22\n');
  await thread(0, [{ pid: 10 }, { pid: 21 }, { pid: 40 }]);
  expect(await thread(1_000, [{ pid: 10 }, { pid: 21, ticks: 70 }, { pid: 40, ticks: 95 }])).toBeCloseTo(0.7);
});
