import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chanceOfDifference, incompleteBeta, logGamma, standing } from '../../../../monkey/flame/diff/binomial.ts';

test('the logarithm of gamma is that of factorials', () => {
  let factorial = 1;
  for (let n = 1; n < 20; n += 1) {
    expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 11);
    factorial *= n;
  }
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 11);
});

test('the incomplete beta function adds up a binomial', () => {
  const binomial = (hits: number, trials: number, share: number): number => {
    let sum = 0;
    for (let k = 0; k <= hits; k += 1)
      sum +=
        Math.exp(logGamma(trials + 1) - logGamma(k + 1) - logGamma(trials - k + 1)) *
        share ** k *
        (1 - share) ** (trials - k);
    return sum;
  };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (trials, share) => {
      for (let hits = 0; hits < trials; hits += 7)
        expect(incompleteBeta(1 - share, trials - hits, hits + 1)).toBeCloseTo(binomial(hits, trials, share), 9);
    }),
  );
});

test('what is the same is no accident, and a coin that falls ten times on one side is one in 512', () => {
  expect(chanceOfDifference(500, 500, 1_000, 1_000)).toBe(1);
  expect(chanceOfDifference(10, 0, 1_000, 1_000)).toBeCloseTo(2 / 1_024, 12);
  expect(chanceOfDifference(0, 10, 1_000, 1_000)).toBeCloseTo(2 / 1_024, 12);
});

test('a million samples are judged as well', () => {
  expect(chanceOfDifference(500_000, 500_100, 1_000_000, 1_000_000)).toBeGreaterThan(0.9);
  expect(chanceOfDifference(500_000, 510_000, 1_000_000, 1_000_000)).toBeLessThan(1e-9);
});

test('of several tests, one stands only if it does so among all', () => {
  expect(standing([0.04, 0.5], 0.05)).toEqual([false, false]);
  expect(standing([0.02, 0.04, 0.5], 0.05)).toEqual([false, false, false]);
  expect(standing([0.01, 0.02, 0.5], 0.05)).toEqual([true, true, false]);
});
