import { describe, expect, test } from '@jest/globals';
import { killedByKernel, killedIn, killedProbably, type SeenProcess } from '../../../../monkey/doctor/memory/killed.ts';

const seen = (pid: number, command: string, mib: number, more: Partial<SeenProcess> = {}): SeenProcess => ({
  ...{ pid, command, startTicks: 1, rssBytes: mib * 2 ** 20, vszBytes: 0, agoMs: 20_000 },
  ...more,
});

describe('what the kernel says', () => {
  test.each([
    [
      '4.19',
      ['[9.1] Memory cgroup out of memory: Kill process 7 (node) score 978 or sacrifice child'],
      '[9.2] Killed process 7 (node) total-vm:900000kB, anon-rss:100000kB, file-rss:2400kB, shmem-rss:0kB',
    ],
    [
      '5.4 and later',
      [
        '[9.1] node invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0',
        '[9.1] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,task_memcg=/a,task=node,pid=7,uid=0',
      ],
      '[9.2] Memory cgroup out of memory: Killed process 7 (node) total-vm:900000kB, anon-rss:100000kB, file-rss:2400kB, shmem-rss:0kB, UID:0 pgtables:2kB oom_score_adj:0',
    ],
    [
      'the journal',
      [],
      '[    9.200000] web-1 kernel: Out of memory: Killed process 7 (node) total-vm:1kB, anon-rss:100000kB, file-rss:2400kB',
    ],
  ])('%s names the process and what it had', (_version, before, line) => {
    const after = '[9.3] oom_reaper: reaped process 7 (node), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB';
    expect(killedIn([...before, line, after])).toEqual([
      { command: 'node', pid: 7, rssBytes: 102_400 * 1_024, by: 'kernel' },
    ]);
  });

  test('a summary alone names the process, without what it had', () => {
    expect(killedIn(['oom-kill:constraint=CONSTRAINT_NONE,task_memcg=/,task=a,pid=b,c,pid=7,uid=0'])).toEqual([
      { command: 'a,pid=b,c', pid: 7, by: 'kernel' },
    ]);
  });

  test.each(['tmux: server', 'a) total-vm:', '(sd-pam)', 'caf\u00e9\n'])('the name %j arrives in one line', (name) => {
    const [killed] = killedIn([`Killed process 7 (${name}) total-vm:1kB, anon-rss:1kB, file-rss:0kB, shmem-rss:0kB`]);
    expect(killed?.command ?? '').toBe(name.includes('\n') ? '' : name.replace(/[^ -~]/g, '?'));
  });

  test('of several the last are meant, as many as were counted', () => {
    const lines = [1, 2, 3].map((pid) => `Killed process ${pid} (app) total-vm:1kB, anon-rss:1kB, file-rss:0kB`);
    expect(killedByKernel(2, { lines }, undefined).map(({ pid }) => pid)).toEqual([2, 3]);
  });

  test('what it said long ago names nobody, also where it says nothing newer', () => {
    const lines = ['[  100.5] Killed process 1 (old) total-vm:1kB, anon-rss:1kB, file-rss:0kB'];
    expect(killedByKernel(1, { lines, readAtSeconds: 90_000 }, undefined)).toEqual([]);
    expect(killedByKernel(1, { lines, readAtSeconds: 130 }, undefined)).toMatchObject([{ command: 'old' }]);
    expect(killedByKernel(1, { lines }, undefined)).toMatchObject([{ command: 'old' }]);
  });

  test('of a node that is not the whole machine nobody is named whom it did not have', () => {
    const lines = [1, 2].map((pid) => `Killed process ${pid} (p${pid}) total-vm:1kB, anon-rss:1kB, file-rss:0kB`);
    const before = { processes: [seen(1, 'p1', 10)], isWholeMachine: false };
    expect(killedByKernel(1, { lines }, before).map(({ command }) => command)).toEqual(['p1']);
    expect(killedByKernel(1, { lines }, { ...before, isWholeMachine: true }).map(({ command }) => command)).toEqual([
      'p2',
    ]);
  });

  test('a process with the name of a thread is called by its program', () => {
    const lines = ['Killed process 7 (MainThread) total-vm:1kB, anon-rss:1kB, file-rss:0kB'];
    const before = { processes: [seen(7, 'MainThread', 10, { program: 'node' })], isWholeMachine: true };
    expect(killedByKernel(1, { lines }, before)).toMatchObject([{ command: 'node', pid: 7 }]);
  });
});

describe('who is gone', () => {
  const before = {
    processes: [seen(1, 'init', 5), seen(2, 'app', 900), seen(3, 'cron', 2), seen(4, 'db', 2_000)],
    isWholeMachine: true,
  };

  test('was probably killed: the biggest, as many as were counted', () => {
    expect(killedProbably(1, before, [seen(1, 'init', 5), seen(4, 'db', 2_000)])).toEqual([
      { command: 'app', pid: 2, rssBytes: 900 * 2 ** 20, by: 'gone', seenMs: 20_000 },
    ]);
  });

  test('is told from who has its number now', () => {
    const now = [seen(1, 'init', 5), seen(2, 'app', 20, { startTicks: 99 }), seen(3, 'cron', 2), seen(4, 'db', 2_000)];
    expect(killedProbably(2, before, now)).toMatchObject([{ pid: 2, rssBytes: 900 * 2 ** 20 }]);
  });

  test('may be nobody that was seen: then nobody is named', () => {
    expect(killedProbably(1, before, before.processes)).toEqual([]);
  });
});
