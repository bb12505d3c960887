import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { afterAll, afterEach, expect } from '@jest/globals';
import { newMemoryDiary } from '../../../monkey/agent/memory-diary.ts';
import type { LineSource } from '../../../monkey/doctor/ports/lines.ts';
import { oomLines } from '../../../monkey/host/log-lines.ts';
import { procProcessList } from '../../../monkey/host/process-list.ts';
import { systemClock } from '../../../pool/clock.ts';
import { memoryGroup } from '../../support/memory-group.ts';
import { testUnless } from '../../support/unless.ts';
import { examinationOf } from '../../support/view.ts';

const mib = 2 ** 20;
const group = memoryGroup(128 * mib);
const lines = await oomLines().read({ deadlineMs: 5_000 });
const noGroup = group.kind === 'none' ? group.because : undefined;
const noLog = noGroup ?? (lines.kind === 'not-read' ? lines.because : undefined);

let hungry: ChildProcess | undefined;
const end = new AbortController();
afterEach(() => {
  hungry?.kill('SIGKILL');
});
afterAll(async () => {
  end.abort();
  if (group.kind === 'made') await group.remove();
});

/** A process with a name of its own that eats when it is told to. */
const program = `
  require('node:fs').writeFileSync(process.argv[1], String(process.pid));
  process.title = process.argv[2];
  process.stdin.once('data', () => {
    const eaten = [];
    setInterval(() => eaten.push(Buffer.alloc(4 * 1024 * 1024, 1)), 5);
  });
  process.stdout.write('ready');
`;

/** Has the kernel kill a process of this test's, and returns what is told of it. */
const killed = async (kernelLog: LineSource | undefined) => {
  if (group.kind === 'none') throw new Error(group.because);
  const name = `hungry-${process.pid}`.slice(0, 15);
  const child = spawn(process.execPath, ['-e', program, group.procs, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  hungry = child;
  await once(child.stdout, 'data');
  // Of others that end meanwhile on this machine nothing is to be seen: the node is this test and its children.
  const processes = procProcessList(
    { cpu: { source: 'process-tree', pid: process.pid, cpus: 1 } },
    { clock: systemClock },
  );
  const looked = new EventEmitter();
  const clock = {
    monotonicMs: () => performance.now(),
    sleep: async () => {
      looked.emit('once');
      await once(end.signal, 'abort');
    },
  };
  const diary = newMemoryDiary({ processes, clock }, end.signal);
  const firstLook = once(looked, 'once');
  void diary.keep();
  await firstLook;
  child.stdin.write('eat\n');
  const [, signal] = await once(child, 'exit');
  const { vitals } = examinationOf({ oom: { kind: 'measured', kills: 1 } });
  const { oom } = await diary.withNames(vitals);
  const atOnce = oom.kind === 'measured' ? oom.memory?.killed : undefined;
  // A round does not ask for the kernel's log; evidence does.
  const later = await kernelLog?.read({ deadlineMs: 20_000 });
  const told = diary.told(later?.kind === 'read' ? later : undefined)?.killed;
  return { name, pid: child.pid, signal, atOnce, told };
};

testUnless(noLog)('a process that the kernel has killed is named with what it had', async () => {
  const { name, pid, signal, atOnce, told } = await killed(oomLines());
  expect(atOnce).toMatchObject([{ command: name, pid, by: 'gone' }]);
  expect(signal).toBe('SIGKILL');
  expect(told).toEqual([{ command: name, pid, by: 'kernel', rssBytes: expect.any(Number) }]);
  expect(told?.[0]?.rssBytes).toBeGreaterThan(64 * mib);
});

testUnless(noGroup)('where its log may not be read, the one that is gone is named as probable', async () => {
  const { name, pid, told } = await killed(undefined);
  expect(told).toMatchObject([{ command: name, pid, by: 'gone', seenMs: expect.any(Number) }]);
});
