import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gaugesOf, hostOf } from '../../../monkey/collect/gauges-of.ts';
import { answered, failed, row, target } from './rows.ts';

const short = (answers: Parameters<typeof gaugesOf>[0], by?: 'pid' | 'command') =>
  gaugesOf(answers, by).map(({ host, command, pid, metric, value }) => `${host} ${command} ${pid} ${metric} ${value}`);

describe('gauges by process', () => {
  test('are rss and vss, and pss where it could be read', () => {
    const processes = [row(2, 'sshd', { rssKib: 5, vszKib: 9, pssKib: 3 }), row(1, 'init', { rssKib: 0, vszKib: 7 })];
    expect(short([answered('a', processes)])).toEqual([
      'a init 1 rss 0',
      'a init 1 vss 7',
      'a sshd 2 rss 5',
      'a sshd 2 vss 9',
      'a sshd 2 pss 3',
    ]);
  });

  test.each(['pid', 'command'] as const)('by %s are none of kernel threads and zombies, which hold no memory', (by) => {
    const none = { rssKib: 0, vszKib: 0 };
    const processes = [row(9, 'kworker/0:1-events', none), row(7, 'nginx', none), row(6, 'nginx')];
    const metrics = gaugesOf([answered('a', processes)], by).map(({ command, metric, value }) => [
      command,
      metric,
      value,
    ]);
    expect(metrics).toEqual([
      ...[
        ['nginx', 'rss', 1_024],
        ['nginx', 'vss', 2_048],
      ],
      ...(by === 'command' ? [['nginx', 'count', 1]] : []),
    ]);
  });

  test('are of kernel threads too where all were asked for', () => {
    const answers = [answered('a', [row(9, 'kworker/0:1', { rssKib: 0, vszKib: 0 })])];
    expect(gaugesOf(answers, 'pid', 'all')).toMatchObject([
      { command: 'kworker/0:1', pid: 9, metric: 'rss', value: 0 },
      { command: 'kworker/0:1', pid: 9, metric: 'vss', value: 0 },
    ]);
  });

  test('are in the same order whatever order hosts and processes came in', () => {
    const rows = fc.uniqueArray(fc.record({ pid: fc.nat(50), command: fc.constantFrom('a', 'B', 'é') }), {
      selector: ({ pid }) => pid,
    });
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const forth = [
          answered(
            'a',
            one.map((of) => row(of.pid, of.command)),
          ),
          answered(
            'b',
            other.map((of) => row(of.pid, of.command)),
          ),
        ];
        const back = [...forth]
          .reverse()
          .map((answer) =>
            answer.kind === 'processes' ? { ...answer, processes: [...answer.processes].reverse() } : answer,
          );
        for (const by of ['pid', 'command'] as const) expect(gaugesOf(back, by)).toEqual(gaugesOf(forth, by));
      }),
      { numRuns: 40 },
    );
  });

  test('leave out hosts that failed, and count a host once that was named twice', () => {
    const twice = [
      answered(target('a', null, 'root'), [row(1, 'x')]),
      answered(target('a', null, 'bob'), [row(2, 'y')]),
    ];
    expect(short([failed('b'), ...twice])).toEqual(['a x 1 rss 1024', 'a x 1 vss 2048']);
  });
});

describe('gauges by command', () => {
  test('add up what is called the same on one host, and count it', () => {
    const answers = [
      answered('a', [
        row(1, 'php', { rssKib: 10, pssKib: 4 }),
        row(2, 'php', { rssKib: 5, pssKib: 2 }),
        row(3, 'cron'),
      ]),
      answered('b', [row(1, 'php', { rssKib: 7 })]),
    ];
    expect(short(answers, 'command')).toEqual([
      ...['a cron null rss 1024', 'a cron null vss 2048', 'a cron null count 1'],
      ...['a php null rss 15', 'a php null vss 4096', 'a php null pss 6', 'a php null count 2'],
      ...['b php null rss 7', 'b php null vss 2048', 'b php null count 1'],
    ]);
  });

  test('have no pss where one process of the command has none', () => {
    const answers = [answered('a', [row(1, 'php', { pssKib: 4 }), row(2, 'php')])];
    expect(short(answers, 'command').join()).not.toContain('pss');
  });
});

describe('a host in metrics', () => {
  test('has its port where one was named, so that two ports are two hosts', () => {
    expect([target('a'), target('a', 22), target('a', 2222), target('::1'), target('::1', 2222)].map(hostOf)).toEqual([
      ...['a', 'a:22', 'a:2222', '::1', '[::1]:2222'],
    ]);
  });
});
