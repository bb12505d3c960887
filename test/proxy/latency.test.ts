import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latencyAfter, latencyNow } from '../../proxy/latency.ts';

const known = (latencyMs: number) => ({ latencyMs, latencyAtMs: 1_000 });

test('believes a rise at once', () => {
  expect(latencyAfter(known(20), 500, 1_001)).toBe(500);
});

test('believes a fall slowly: by a decay of 10 s, 1/e of what was is left', () => {
  expect(latencyAfter(known(500), 20, 1_000)).toBe(500);
  expect(latencyAfter(known(500), 20, 11_000)).toBeCloseTo(20 + 480 / Math.E, 6);
  expect(latencyAfter(known(500), 20, 200_000)).toBeCloseTo(20, 3);
});

test('fades while nobody asks, but never to less than can be noticed', () => {
  expect(latencyNow(known(500), 1_000)).toBe(500);
  expect(latencyNow(known(500), 11_000)).toBeCloseTo(500 / Math.E, 6);
  expect(latencyNow(known(500), 1_000_000)).toBe(2);
});

test('takes all that is too short to be noticed for the same', () => {
  expect(latencyAfter(known(0), 0.2, 1_001)).toBe(latencyAfter(known(0), 1.9, 1_001));
});

test('unknown stays unknown until something was observed', () => {
  expect(latencyNow(known(0), 50_000)).toBe(0);
});

test('lies always between what was and what is observed', () => {
  const ms = fc.double({ min: 2, max: 100_000, noNaN: true });
  fc.assert(
    fc.property(ms, ms, fc.nat(100_000), (before, observed, later) => {
      const after = latencyAfter(known(before), observed, 1_000 + later);
      expect(after).toBeGreaterThanOrEqual(Math.min(before, observed) * (1 - 1e-9));
      expect(after).toBeLessThanOrEqual(Math.max(before, observed) * (1 + 1e-9));
    }),
  );
});
