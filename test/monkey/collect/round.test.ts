import { describe, expect, test } from '@jest/globals';
import type { HostAnswer } from '../../../monkey/collect/host-answer.ts';
import { readAll } from '../../../monkey/collect/round.ts';
import { type Target, targetText } from '../../../monkey/collect/target.ts';
import { systemClock } from '../../../pool/clock.ts';
import { answered, failed, target } from '../../support/collect.ts';

const hosts = (count: number): readonly Target[] => Array.from({ length: count }, (_, index) => target(`h${index}`));

type Read = (target: Target, signal: AbortSignal) => Promise<HostAnswer>;

const round = async (
  read: Read,
  targets: readonly Target[],
  { most = 64, hostMs = 5_000, stop = new AbortController() } = {},
) => {
  const answers: HostAnswer[] = [];
  const options = { most, hostMs, clock: systemClock, signal: stop.signal };
  const tookMs = await readAll({ read }, targets, { ...options, take: async (answer) => void answers.push(answer) });
  return { answers, tookMs };
};

const never = new Promise<never>(() => undefined);

describe('a round', () => {
  test('asks each host once, so many at once and no more', async () => {
    let now = 0;
    let most = 0;
    const read: Read = async ({ host }) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      return answered(host);
    };
    const { answers } = await round(read, hosts(20), { most: 4 });
    expect(answers.map((answer) => targetText(answer.target)).sort()).toEqual(hosts(20).map(targetText).sort());
    expect(most).toBe(4);
  });

  test('goes on where hosts fail: each is an answer with its reason', async () => {
    const { answers } = await round(
      async ({ host }) => (host === 'h1' ? failed(host, 'it refused') : answered(host)),
      hosts(3),
    );
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['failed', 'processes', 'processes']);
  });

  test('is held up by a reader that never returns for the time of one host, and a little', async () => {
    const read: Read = ({ host }) => (host === 'h0' ? never : Promise.resolve(answered(host)));
    const { answers, tookMs } = await round(read, hosts(50), { hostMs: 100 });
    expect(answers).toHaveLength(50);
    expect(answers.at(-1)).toMatchObject({ kind: 'failed', stage: 'answer', because: 'it was not done within 100ms' });
    expect(tookMs).toBeGreaterThanOrEqual(599);
    // The others did not wait in line for it.
    expect(tookMs).toBeLessThan(20_000);
  });

  test('ends with the signal, and takes no answer after it', async () => {
    const stop = new AbortController();
    const asked: string[] = [];
    const read: Read = ({ host }) => {
      asked.push(host);
      if (asked.length === 2) stop.abort();
      return never;
    };
    const { answers } = await round(read, hosts(10), { most: 2, stop });
    expect([answers, asked]).toEqual([[], ['h0', 'h1']]);
  });

  test('waits for whoever takes the answers before it asks the next host', async () => {
    const taken: (() => void)[] = [];
    let asked = 0;
    const read: Read = async ({ host }) => {
      asked += 1;
      return answered(host);
    };
    const ended = readAll({ read }, hosts(3), {
      ...{ most: 1, hostMs: 5_000, clock: systemClock, signal: new AbortController().signal },
      take: () => new Promise((resolve) => taken.push(resolve)),
    });
    for (const expected of [1, 2, 3]) {
      await new Promise(setImmediate);
      expect(asked).toBe(expected);
      taken.shift()?.();
    }
    await ended;
  });

  test('of no hosts is over at once', async () => {
    expect((await round(() => never, [])).answers).toEqual([]);
  });
});
