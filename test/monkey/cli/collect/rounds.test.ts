import { expect, test } from '@jest/globals';
import type { HostList, Listed } from '../../../../monkey/cli/collect/listed.ts';
import { collectOn, collectOnce } from '../../../../monkey/cli/collect/rounds.ts';
import type { Given } from '../../../../monkey/cli/collect/told.ts';
import type { HostProcesses } from '../../../../monkey/collect/host-answer.ts';
import type { Target } from '../../../../monkey/collect/target.ts';
import { answered, row, target } from '../../../support/collect.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const nothing: Given = { sent: null, written: null, biggest: null, canary: null };
const listed = (hosts: readonly string[], notes: readonly string[] = []): Listed => ({
  ...{ kind: 'hosts', targets: hosts.map((host) => target(host)), notes },
});

/** Rounds of which each reads the hosts as the next of these says, and gives the next of these. */
const rounds = async (lists: readonly Listed[], given: readonly Partial<Given>[] = []): Promise<readonly string[]> => {
  const clock = virtualClock();
  const stop = new AbortController();
  const said: string[] = [];
  const comingLists = [...lists];
  const coming = [...given];
  const list: HostList = { source: 'here', read: async () => comingLists.shift() ?? listed(['a']) };
  const teller = {
    begin: () => ({ done: () => undefined }),
    round: () => undefined,
    late: () => undefined,
    warn: (what: string, because: string) => void said.push(`${what}: ${because}`),
    over: (what: string, because = 'well') => void said.push(`${what} is over: ${because}`),
    end: () => undefined,
  };
  const outputs = {
    begin: () => ({ take: async () => undefined, end: async () => ({ ...nothing, ...coming.shift() }) }),
  };
  const reader = { read: async () => answered('a'), keep: () => undefined };
  const parts = { list, reader, outputs, teller, clock, signal: stop.signal };
  const ended = collectOn([target('a')], parts, { intervalMs: 60_000, deadlineMs: 5_000, concurrency: 4 });
  await clock.run(10 * 60_000);
  stop.abort();
  await ended;
  return said;
};

test('hosts that can not be read anew are told once, and that they can again', async () => {
  const away: Listed = { kind: 'away', because: 'Redis did not answer within 2500 ms' };
  expect(await rounds([away, away, away])).toEqual([
    'hosts-not-read-anew: Redis did not answer within 2500 ms; those of before are asked',
    'hosts-not-read-anew is over: well',
  ]);
});

test('a file of hosts that turned bad is named', async () => {
  const wrong: Listed = { kind: 'wrong', problems: ['no host is named'] };
  expect((await rounds([wrong]))[0]).toBe('hosts-not-read-anew: here: no host is named; those of before are asked');
});

test('a pool that becomes empty is told once, and that it is filled again', async () => {
  const empty = listed([], ['pool web has no nodes']);
  expect(await rounds([listed(['a']), empty, empty])).toEqual([
    'hosts-noted: pool web has no nodes',
    'hosts-noted is over: well',
  ]);
});

test('a statsd and a file that fail and recover are told once each', async () => {
  const lost = { lines: 0, datagrams: 0, failedLines: 4, tooLong: 0, because: 'nobody listens' };
  const written = { file: 'x.prom', because: 'x.prom could not be written: ENOSPC' };
  expect(
    await rounds(
      [],
      [
        { sent: lost, written },
        { sent: lost, written },
      ],
    ),
  ).toEqual([
    'gauges-not-sent: nobody listens',
    'file-not-written: x.prom could not be written: ENOSPC',
    'gauges-not-sent is over: well',
    'file-not-written is over: well',
  ]);
});

test('a canary that is back is no warning', async () => {
  const canary = (kind: 'alarm' | 'recovered', text: string): Partial<Given> => ({
    canary: { kind: 'fresh', because: '', news: { kind, text } },
  });
  expect(await rounds([], [canary('alarm', 'stale'), canary('recovered', 'back')])).toEqual([
    'canary: stale',
    'canary is over: back',
  ]);
});

test('one round that is stopped tells what was read by then, and how many hosts were not', async () => {
  const stop = new AbortController();
  const said: unknown[] = [];
  const teller = {
    begin: () => ({ done: () => stop.abort('SIGINT') }),
    round: ({ hosts, read }: { readonly hosts: number; readonly read: number }) => void said.push({ hosts, read }),
    late: () => undefined,
    warn: () => undefined,
    over: () => undefined,
    end: (totals: unknown, cut: unknown) => void said.push(totals, cut),
  };
  const outputs = { begin: () => ({ take: async () => undefined, end: async () => nothing }) };
  const reader = { read: async () => answered('a'), keep: () => undefined };
  const list: HostList = { source: 'here', read: async () => listed(['a']) };
  const parts = { list, reader, outputs, teller, clock: virtualClock(), signal: stop.signal };
  const hosts = ['a', 'b', 'c'].map((host) => target(host));
  const told = await collectOnce(hosts, parts, { intervalMs: 60_000, deadlineMs: 5_000, concurrency: 1 });
  expect(told).toBeUndefined();
  expect(said).toEqual([
    { hosts: 3, read: 1 },
    expect.objectContaining({ rounds: 1, read: 1 }),
    { by: 'SIGINT', hostsLeft: 2 },
  ]);
});

test('a host that two users see is counted and handed over once, with all that both see', async () => {
  const taken: number[] = [];
  const teller = {
    begin: () => ({ done: () => undefined }),
    ...{ round: () => undefined, late: () => undefined, warn: () => undefined, over: () => undefined },
    end: () => undefined,
  };
  const outputs = {
    begin: () => ({
      take: async ({ processes }: HostProcesses) => void taken.push(processes.length),
      end: async () => nothing,
    }),
  };
  const seen = { ann: [row('a', 1, 1), row('b', 1, 2)], bob: [row('b', 1, 2), row('c', 1, 3)] };
  const targets = (['ann', 'bob'] as const).map((user) => ({ ...target('a'), user }));
  const reader = {
    read: async (asked: Target) => ({ ...answered('a', asked.user === 'ann' ? seen.ann : seen.bob), target: asked }),
    keep: () => undefined,
  };
  const list: HostList = { source: 'here', read: async () => listed(['a']) };
  const parts = { list, reader, outputs, teller, clock: virtualClock(), signal: new AbortController().signal };
  const told = await collectOnce(targets, parts, { intervalMs: 60_000, deadlineMs: 5_000, concurrency: 4 });
  expect(told).toMatchObject({ hosts: 2, read: 2, processes: 3 });
  expect(taken).toEqual([3]);
});
