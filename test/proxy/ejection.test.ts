import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  afterFailure,
  afterSuccess,
  type EjectionRules,
  goodStanding,
  isPanic,
  mayEject,
  outForMs,
  placeOf,
  type Standing,
} from '../../proxy/ejection.ts';

const rules: EjectionRules = { failures: 5, time: 10_000, longest: 300_000, most: 0.5 };

const failing = (standing: Standing, times: number, nowMs: number, may = true): Standing => {
  let after = standing;
  for (let failure = 0; failure < times; failure += 1) after = afterFailure(after, nowMs, nowMs, rules, may);
  return after;
};

test('leaves a node out after so many failures in a row', () => {
  expect(placeOf(failing(goodStanding, 4, 100), 100)).toBe('in');
  expect(placeOf(failing(goodStanding, 5, 100), 100)).toBe('out');
});

test('a success in between starts the count again', () => {
  const almost = failing(goodStanding, 4, 100);
  expect(placeOf(failing(afterSuccess(almost, 100, 100), 4, 100), 100)).toBe('in');
});

test('lets it in on trial after its time, and for good after a success', () => {
  const out = failing(goodStanding, 5, 0);
  expect(placeOf(out, 9_999)).toBe('out');
  expect(placeOf(out, 10_000)).toBe('on-trial');
  expect(placeOf(afterSuccess(out, 10_000, 10_100), 10_100)).toBe('in');
});

test('a failed trial ends it at once, for twice as long', () => {
  const again = failing(failing(goodStanding, 5, 0), 1, 10_000);
  expect(again.outUntilMs).toBe(30_000);
});

test('hears nothing new in what had begun before it was left out', () => {
  const out = failing(goodStanding, 5, 1_000);
  expect(afterFailure(out, 500, 4_000, rules, true)).toBe(out);
  expect(afterSuccess(out, 500, 4_000)).toBe(out);
  const back = afterSuccess(out, 11_000, 11_000);
  expect(afterFailure(back, 10_500, 12_000, rules, true)).toBe(back);
});

test('forgets the past of a node that stayed well for longer than it was out', () => {
  const back = afterSuccess(failing(goodStanding, 5, 0), 10_000, 10_000);
  expect(failing(back, 5, 15_000).outUntilMs).toBe(15_000 + 20_000);
  expect(failing(back, 5, 20_001).outUntilMs).toBe(20_001 + 10_000);
});

test('goes on counting where no more may be left out, and acts as soon as one may', () => {
  const kept = failing(goodStanding, 9, 0, false);
  expect(placeOf(kept, 0)).toBe('in');
  expect(placeOf(failing(kept, 1, 0, true), 0)).toBe('out');
});

test('a success changes nothing of a node in good standing', () => {
  expect(afterSuccess(goodStanding, 0, 0)).toBe(goodStanding);
});

describe('how many may be left out', () => {
  test.each([
    [0, 1, false],
    [0, 2, true],
    [1, 2, false],
    [0, 3, true],
    [1, 3, false],
    [1, 4, true],
    [2, 4, false],
  ])('with %d of %d out, one more: %s', (out, members, may) => {
    expect(mayEject(out, members, rules)).toBe(may);
  });

  test('the last one is never left out, whatever the rules say', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.double({ min: 0, max: 1, noNaN: true }), (out, members, most) => {
        if (mayEject(out, members, { ...rules, most })) expect(out + 1).toBeLessThan(members);
      }),
    );
  });
});

test('the time out doubles up to the longest', () => {
  expect([1, 2, 3, 5, 6, 100].map((ejections) => outForMs(ejections, rules))).toEqual([
    10_000, 20_000, 40_000, 160_000, 300_000, 300_000,
  ]);
});

test.each([
  [0, 1, true],
  [1, 2, false],
  [1, 3, true],
  [2, 4, false],
  [0, 0, false],
])('with %d of %d members in, a panic below 50%% is %j', (within, members, expected) => {
  expect(isPanic(within, members, 0.5)).toBe(expected);
});

test('without a threshold there is a panic only where nobody is in', () => {
  expect([isPanic(1, 100, 0), isPanic(0, 100, 0)]).toEqual([false, true]);
});
