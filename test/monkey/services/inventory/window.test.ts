import { describe, expect, test } from '@jest/globals';
import { afterOutcome, newWindow } from '../../../../monkey/services/inventory/window.ts';

interface Question {
  readonly turn: number;
  readonly sentMs: number;
  readonly endsMs: number;
}

/** A provider in virtual time that answers side by side, or one after the other. Tells when it was done, and the sizes. */
const run = (count: number, { serial = false, eachMs = 100, most = 64, requestMs = 5_000, failing = false }) => {
  let window = newWindow(most, requestMs);
  const sizes = [window.size];
  let underWay: readonly Question[] = [];
  let [nowMs, freeMs, sent] = [0, 0, 0];
  for (let done = 0; done < count; done += 1) {
    for (; sent < count && underWay.length < window.size; sent += 1) {
      freeMs = (serial ? Math.max(freeMs, nowMs) : nowMs) + eachMs;
      underWay = [...underWay, { turn: window.turn, sentMs: nowMs, endsMs: freeMs }];
    }
    const [next, ...others] = [...underWay].sort((a, b) => a.endsMs - b.endsMs);
    underWay = others;
    nowMs = next?.endsMs ?? nowMs;
    window = afterOutcome(window, { turn: next?.turn ?? 0, ms: nowMs - (next?.sentMs ?? 0), failed: failing });
    if (sizes.at(-1) !== window.size) sizes.push(window.size);
  }
  return { nowMs, sizes };
};

describe('how much is asked at once', () => {
  test('doubles where answers come side by side, up to the bound', () => {
    expect(run(150, {})).toEqual({ nowMs: 600, sizes: [3, 6, 12, 24, 48, 64] });
    expect(run(150, { most: 10 }).sizes).toEqual([3, 6, 10]);
    expect(run(5, { most: 1 })).toEqual({ nowMs: 500, sizes: [1] });
  });

  test('stays small where answers come one after the other', () => {
    const { nowMs, sizes } = run(150, { serial: true, eachMs: 10 });
    expect({ nowMs, most: Math.max(...sizes), last: sizes.at(-1) }).toEqual({ nowMs: 1_500, most: 6, last: 3 });
  });

  test('does not grow where an answer would come too late then', () => {
    expect(run(20, { serial: true, eachMs: 1_000 }).sizes).toEqual([3]);
  });

  test('shrinks to one where most questions fail', () => {
    expect(run(20, { failing: true }).sizes).toEqual([3, 1]);
  });
});
