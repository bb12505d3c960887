import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  afterFailure,
  afterPardon,
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

describe('a silence', () => {
  const silent = (standing: Standing, startedMs: number, nowMs: number, silence: 'of-one' | 'of-all', may = true) =>
    afterFailure(standing, startedMs, nowMs, rules, may, silence);
  const silentInTurn = (times: number): Standing => {
    let after = goodStanding;
    for (let turn = 0; turn < times; turn += 1) after = silent(after, turn * 3_000, turn * 3_000 + 2_999, 'of-all');
    return after;
  };

  test('while all are silent counts once with those that overlap', () => {
    let after = goodStanding;
    for (let request = 0; request < 50; request += 1) after = silent(after, request, 3_000 + request, 'of-all');
    expect(after.failuresInRow).toBe(1);
    expect(silentInTurn(4).failuresInRow).toBe(4);
  });

  test('while another answers counts each time', () => {
    let after = goodStanding;
    for (let request = 0; request < 4; request += 1) after = silent(after, 0, 3_000, 'of-one');
    expect(after.failuresInRow).toBe(4);
  });

  test('often enough puts the node on trial at once, and any answer ends the doubt, whenever it was asked for', () => {
    const inDoubt = silentInTurn(5);
    expect(placeOf(inDoubt, 15_000)).toBe('on-trial');
    expect(placeOf(afterSuccess(inDoubt, 0, 15_100), 15_100)).toBe('in');
  });

  test('on that trial leaves it out, as any failure does', () => {
    const out = silent(silentInTurn(5), 15_000, 18_000, 'of-one');
    expect(out.outUntilMs).toBe(28_000);
    expect(afterSuccess(out, 14_000, 19_000)).toBe(out);
  });

  test('beside a harder failure is no doubt', () => {
    const refused = afterFailure(silentInTurn(3), 12_000, 12_000, rules, true);
    expect(placeOf(silent(refused, 12_000, 15_000, 'of-one'), 15_000)).toBe('out');
  });

  test('where no more may be left out is tried at once as well, and waits only after that', () => {
    let last = silentInTurn(4);
    last = silent(last, 12_000, 15_000, 'of-one', false);
    expect(last.askedLastUntilMs).toBe(15_000);
    expect(silent(last, 14_999, 17_000, 'of-one', false)).toBe(last);
    expect(silent(last, 15_000, 18_000, 'of-one', false).askedLastUntilMs).toBe(28_000);
  });

  test('that was forgiven is none', () => {
    const forgiven = afterPardon(silentInTurn(4));
    expect([forgiven.failuresInRow, forgiven.silences?.inRow]).toEqual([3, 3]);
  });
});
