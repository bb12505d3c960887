import { afterEach, expect, test } from '@jest/globals';
import { hostVitals } from '../../../../monkey/host/vitals/host-vitals.ts';
import { hostOomKills, oomKillsSince } from '../../../../monkey/host/vitals/oom-kills.ts';
import { systemClock } from '../../../../pool/clock.ts';
import { silentLog } from '../../../../pool/log.ts';
import { type RecordedKernel, recordedKernel } from '../../../support/recorded-kernel.ts';

let kernel: RecordedKernel | undefined;
afterEach(() => kernel?.remove());

test('kills since the call before, of a counter that only grows', () => {
  let total = 7;
  const oom = oomKillsSince(() => total);
  expect(oom()).toMatchObject({ kind: 'unknown', because: expect.stringContaining('first time') });
  expect(oom()).toEqual({ kind: 'measured', kills: 0 });
  total = 9;
  expect(oom()).toEqual({ kind: 'measured', kills: 2 });
});

test('a counter that went back was begun anew: nobody knows, and the next call does', () => {
  let total = 7;
  const oom = oomKillsSince(() => total);
  oom();
  total = 1;
  expect(oom().kind).toBe('unknown');
  total = 2;
  expect(oom()).toEqual({ kind: 'measured', kills: 1 });
});

test('a counter that could not be read has nothing to compare with afterwards', () => {
  let read: () => number | undefined = () => 7;
  const oom = oomKillsSince(() => read());
  oom();
  read = () => {
    throw new Error('/proc/vmstat may not be read');
  };
  expect(oom()).toEqual({ kind: 'unknown', because: '/proc/vmstat may not be read' });
  read = () => 100;
  expect(oom().kind).toBe('unknown');
  read = () => undefined;
  expect(oom()).toEqual({ kind: 'unknown', because: 'this kernel does not count OOM kills' });
});

test('the machine counts them in vmstat', () => {
  kernel = recordedKernel();
  kernel.proc('vmstat', 'nr_free_pages 100\noom_kill 12\npgfault 3\n');
  expect(hostOomKills(kernel.procRoot)).toBe(12);
  kernel.proc('vmstat', 'nr_free_pages 100\n');
  expect(hostOomKills(kernel.procRoot)).toBeUndefined();
});

const ofGroup = async (files: Readonly<Record<string, string>>, later: Readonly<Record<string, string>>) => {
  kernel = recordedKernel();
  const { cgroup } = kernel;
  const write = (all: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(all)) cgroup(path, text);
  };
  write(files);
  kernel.proc('vmstat', 'oom_kill 100\n');
  const source = hostVitals(
    { cpu: { source: 'cgroup', cgroup: '/app' }, ...kernel },
    { clock: systemClock, log: silentLog },
  );
  await source.measure({ deadlineMs: 5_000 });
  write(later);
  return (await source.measure({ deadlineMs: 5_000 })).oom;
};

test('a node that is a control group counts its own kills, not the machine’s', async () => {
  expect(
    await ofGroup(
      { 'cgroup.controllers': 'memory\n', 'app/memory.events': 'low 0\noom 4\noom_kill 4\noom_group_kill 0\n' },
      { 'app/memory.events': 'low 0\noom 6\noom_kill 5\noom_group_kill 0\n' },
    ),
  ).toEqual({ kind: 'measured', kills: 1 });
});

test('also in version 1', async () => {
  const control = (kills: number): string => `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`;
  expect(
    await ofGroup({ 'memory/app/memory.oom_control': control(1) }, { 'memory/app/memory.oom_control': control(4) }),
  ).toEqual({ kind: 'measured', kills: 3 });
});
