import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type OutlierRules, outliers, type Tally } from '../../proxy/outliers.ts';

const rules: OutlierRules = { nodes: 6, requests: 100, factor: 1.9, fine: 0.95 };
const node = (failed: number, ended = 100): Tally => ({ ended, failed });
const five = Array.from({ length: 5 }, () => node(0));

test('finds the one that fails a fifth of its requests where the others fail none', () => {
  const sick = node(20);
  expect(outliers([...five, sick], rules)).toEqual([sick]);
});

test('does by the formula: mean - factor * deviation is the threshold, of those with enough requests', () => {
  // Rates 1, 1, 1, 0.4: mean 0.85, deviation 0.2598; below at a factor of 1.73, not at 1.74.
  const four = [node(0), node(0), node(0), node(60)];
  expect(outliers(four, { ...rules, nodes: 4, factor: 1.73 })).toHaveLength(1);
  expect(outliers(four, { ...rules, nodes: 4, factor: 1.74 })).toEqual([]);
});

test('finds nobody where all fail alike', () => {
  expect(
    outliers(
      Array.from({ length: 10 }, () => node(90)),
      rules,
    ),
  ).toEqual([]);
});

test('finds nobody who does well by himself, however much better the others do', () => {
  expect(outliers([...five, node(5)], rules)).toEqual([]);
  expect(outliers([...five, node(6)], rules)).toHaveLength(1);
});

test('hears nothing in few requests, and compares with nobody who had few', () => {
  expect(outliers([...five, node(99, 99)], rules)).toEqual([]);
  expect(outliers([...five.slice(1), node(0, 99), node(50)], rules)).toEqual([]);
});

test('never finds all of them, and none of the best', () => {
  const tally = fc
    .nat({ max: 200 })
    .chain((ended) => fc.record({ ended: fc.constant(ended), failed: fc.nat({ max: ended }) }));
  fc.assert(
    fc.property(fc.array(tally, { maxLength: 20 }), fc.double({ min: 0.1, max: 3, noNaN: true }), (tallies, factor) => {
      const found = outliers(tallies, { ...rules, factor, nodes: 2, requests: 1 });
      const rate = ({ ended, failed }: Tally): number => (ended - failed) / ended;
      const best = Math.max(...tallies.filter(({ ended }) => ended > 0).map(rate));
      expect(found.filter((each) => rate(each) === best)).toEqual([]);
    }),
  );
});
