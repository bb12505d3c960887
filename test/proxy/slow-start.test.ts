import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { effectiveWeight, smallestShare } from '../../proxy/slow-start.ts';

test('gives a node that nobody saw return its whole weight', () => {
  expect(effectiveWeight(0.7, undefined, 30_000)).toBe(0.7);
});

test('raises a returning node in a straight line', () => {
  expect(effectiveWeight(1, 15_000, 30_000)).toBe(0.5);
  expect(effectiveWeight(0.5, 27_000, 30_000)).toBeCloseTo(0.45);
  expect(effectiveWeight(1, 30_000, 30_000)).toBe(1);
});

test('never gives a node so little that it sees no request', () => {
  expect(effectiveWeight(1, 0, 30_000)).toBe(smallestShare);
});

test('can be turned off', () => {
  expect(effectiveWeight(1, 0, 0)).toBe(1);
});

test('never falls while time passes', () => {
  fc.assert(
    fc.property(fc.nat(60_000), fc.nat(60_000), fc.nat(60_000), (a, b, slowStartMs) => {
      const [earlier, later] = [Math.min(a, b), Math.max(a, b)];
      expect(effectiveWeight(1, earlier, slowStartMs)).toBeLessThanOrEqual(effectiveWeight(1, later, slowStartMs));
    }),
  );
});
