import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { announce, type Told } from '../../../../monkey/collect/canary/announce.ts';
import { type CanaryVerdict, judgeCanary, withinDefaultMs } from '../../../../monkey/collect/canary/judge.ts';
import { ageOf, canaryDogstatsdLine, canaryStatsdLine, canaryValue } from '../../../../monkey/collect/canary/value.ts';
import { canaryWatch } from '../../../../monkey/collect/canary/watch.ts';
import { readGauge } from '../statsd-reader.ts';

const nowMs = 1_795_359_755_000;
const aged = (seconds: number): number => canaryValue(nowMs - seconds * 1_000);
const verdict = (values: readonly number[], sinceMs = 3_600_000) =>
  judgeCanary(
    { kind: 'values', values, where: 'http://g/render' },
    { nowMs, firstSentMs: nowMs - sinceMs, withinMs: 150_000 },
  );

describe('the canary’s value', () => {
  test('tells its age, at any time and also across the turn of its circle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000, max: 2e12 }), fc.integer({ min: -3_599, max: 90_000 }), (atMs, ageS) => {
        const value = canaryValue(atMs);
        expect(Math.fround(value)).toBe(value);
        expect(Number(value.toPrecision(6))).toBe(value);
        expect(ageOf(value, atMs + ageS * 1_000)).toBe(ageS);
      }),
    );
  });

  test.each([0, 1, 99_999, 200_000, 99_999.4, Number.NaN, Number.POSITIVE_INFINITY])('is never %p', (value) => {
    expect(ageOf(value, nowMs)).toBeUndefined();
  });

  test('tells its age also where Graphite keeps the average of two', () => {
    expect(ageOf((aged(60) + aged(121)) / 2, nowMs)).toBe(90);
    expect(verdict([aged(10) - 0.25]).kind).toBe('fresh');
  });

  test('travels as a gauge of its collector’s own', () => {
    expect([canaryStatsdLine('prod.mem', 'a.b', nowMs), canaryDogstatsdLine('prod.mem', 'a.b', nowMs)]).toEqual([
      'prod.mem_canary.a-b:159755|g',
      'prod.mem_canary:159755|g|#host:a.b',
    ]);
    expect(readGauge(canaryStatsdLine('m', '::1', nowMs)).value).toBe(canaryValue(nowMs));
  });
});

describe('the canary', () => {
  test('is fresh while its newest value is no older than allowed, in whatever order values stand', () => {
    expect(verdict([aged(10), aged(3_000)])).toEqual({
      ...{ kind: 'fresh', because: 'its newest value at http://g/render is 10 s old' },
    });
    expect(verdict([aged(150)]).kind).toBe('fresh');
    expect(verdict([aged(151)]).kind).toBe('stale');
  });

  test('is stale where the value stands still, though it stands there with a new time', () => {
    expect(verdict([aged(3_000), aged(3_000)])).toEqual({
      ...{ kind: 'stale', because: 'its newest value at http://g/render is 3000 s old, more than 150 s' },
    });
    expect(verdict([])).toEqual({ kind: 'stale', because: 'no value of it is at http://g/render' });
  });

  test('forgives clocks that were set back a little, and not more', () => {
    expect(verdict([aged(-5)]).kind).toBe('fresh');
    expect(verdict([aged(-1_000)]).kind).toBe('stale');
  });

  test('is waited for as long as it need not be back yet', () => {
    expect(verdict([], 150_000).kind).toBe('waiting');
    expect(verdict([], 150_001).kind).toBe('stale');
    expect(verdict([aged(1)], 1_000).kind).toBe('fresh');
    expect(withinDefaultMs(60_000)).toBe(150_000);
  });

  test('can’t be read where something else stands, or nothing can be asked', () => {
    expect(verdict([42]).kind).toBe('unreadable');
    const times = { nowMs, firstSentMs: nowMs, withinMs: 150_000 };
    expect(judgeCanary({ kind: 'failed', because: 'refused' }, times)).toEqual({
      kind: 'unreadable',
      because: 'refused',
    });
  });
});

describe('what is told of the canary', () => {
  const say = (kinds: readonly CanaryVerdict['kind'][]) => {
    let told: Told;
    return kinds.map((kind) => {
      const next = announce(told, { kind, because: 'x' });
      told = next.told;
      return next.announcement?.kind ?? null;
    });
  };

  test('is an alarm once when it turns bad, also in another way, and one word when it recovers', () => {
    expect(say(['waiting', 'fresh', 'stale', 'stale', 'unreadable', 'unreadable', 'fresh', 'fresh'])).toEqual([
      ...[null, null, 'alarm', null, 'alarm', null, 'recovered', null],
    ]);
  });

  test('is an alarm too where it never was fresh, and nothing new after waiting', () => {
    expect(say(['waiting', 'stale', 'waiting', 'stale', 'fresh'])).toEqual([null, 'alarm', null, null, 'recovered']);
  });

  test('that stands still is not new again when its circle has come round to it', async () => {
    let atMs = nowMs;
    let sung = canaryValue(atMs);
    const watch = canaryWatch({
      ...{ withinMs: 150_000, nowMs: () => atMs },
      read: async () => ({ kind: 'values', values: [sung], where: 'there' }),
    });
    const look = async (): Promise<string> => (await watch.look(new AbortController().signal)).verdict.kind;
    watch.sent();
    expect(await look()).toBe('fresh');
    atMs += 200_000;
    expect(await look()).toBe('stale');
    atMs = nowMs + 100_000_000;
    expect(await look()).toBe('stale');
    sung = canaryValue(atMs + 1_000);
    expect(await look()).toBe('fresh');
  });

  test('begins with the first sending', async () => {
    let atMs = nowMs;
    const watch = canaryWatch({
      ...{ withinMs: 150_000, nowMs: () => atMs },
      read: async () => ({ kind: 'values', values: [], where: 'there' }),
    });
    const look = async () => {
      const { verdict: found, announcement } = await watch.look(new AbortController().signal);
      return [found.kind, announcement?.text];
    };
    expect(await look()).toEqual(['waiting', undefined]);
    atMs += 3_600_000;
    watch.sent();
    expect(await look()).toEqual(['waiting', undefined]);
    atMs += 150_001;
    watch.sent();
    expect(await look()).toEqual([
      'stale',
      expect.stringMatching(/^the canary is stale: no value of it is at there\./),
    ]);
    expect(await look()).toEqual(['stale', undefined]);
  });
});
