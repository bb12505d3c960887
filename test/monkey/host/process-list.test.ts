import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { procProcessList } from '../../../monkey/host/process-list.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { type RecordedKernel, recordedKernel } from '../../support/recorded-kernel.ts';

let kernel: RecordedKernel;
beforeEach(() => {
  kernel = recordedKernel();
});
afterEach(() => kernel.remove());

const limits = { deadlineMs: 5_000 };
const clock = manualClock();

test('reads every process of a whole machine: its name, when it started, and its memory', async () => {
  kernel.processes([
    { pid: 10, command: 'tmux: server', rssPages: 100, startTicks: 7 },
    { pid: 20, command: 'kworker/0:1', rssPages: 0 },
  ]);
  const list = procProcessList({ cpu: { source: 'host' }, ...kernel }, { clock });
  expect(await list.read(limits)).toEqual({
    kind: 'read',
    isWholeMachine: true,
    processes: [
      { pid: 10, command: 'tmux: server', startTicks: 7, rssBytes: 409_600, vszBytes: 1_188_524_032 },
      { pid: 20, command: 'kworker/0:1', startTicks: 1_000, rssBytes: 0, vszBytes: 1_188_524_032 },
    ],
  });
});

test('reads only those of the node, where that is not the whole machine', async () => {
  kernel.processes([{ pid: 10 }, { pid: 11, parent: 10 }, { pid: 90 }]);
  const list = procProcessList({ cpu: { source: 'process-tree', pid: 10, cpus: 1 }, ...kernel }, { clock });
  const read = await list.read(limits);
  expect(read).toMatchObject({ kind: 'read', isWholeMachine: false, processes: [{ pid: 10 }, { pid: 11 }] });
});

test('says why, where its own processes cannot be told from others', async () => {
  const list = procProcessList({ cpu: { source: 'process-tree', pidFile: '/nowhere/app.pid' }, ...kernel }, { clock });
  expect(await list.read(limits)).toMatchObject({ kind: 'not-read', because: expect.stringContaining('app.pid') });
});

test('what was read shortly ago is good enough for whoever says so, and for nobody else', async () => {
  const list = procProcessList({ cpu: { source: 'host' }, ...kernel }, { clock });
  const pids = async (mayBeOldMs?: number) => {
    const read = await list.read(limits, mayBeOldMs);
    return read.kind === 'read' ? read.processes.map(({ pid }) => pid) : [];
  };
  kernel.processes([{ pid: 10 }]);
  expect(await pids(5_000)).toEqual([10]);
  kernel.processes([{ pid: 20 }]);
  await clock.sleep(4_999);
  expect(await pids(5_000)).toEqual([10]);
  await clock.sleep(1);
  expect(await pids(5_000)).toEqual([20]);
  kernel.processes([{ pid: 30 }]);
  expect(await pids()).toEqual([30]);
});
