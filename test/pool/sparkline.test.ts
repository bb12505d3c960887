import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ownSparkline, sparkline } from '../../pool/sparkline.ts';

test('shares are drawn on one scale, and what could not be read is a gap', () => {
  expect(sparkline([0, 0.5, null, 0.999, 1, 7])).toBe('▁▅ ███');
});

test('values of one thing are drawn from their lowest to their highest', () => {
  expect(ownSparkline([1.2, 1.6, 2.3, 3.4])).toBe('▁▂▄█');
});

test('what is steady is drawn high and flat', () => {
  expect(ownSparkline([1_000, 990, 1_000])).toBe('███');
  expect(ownSparkline([0, 0])).toBe('▁▁');
});

test('there is a bar for every value', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true })), (values) => {
      expect(ownSparkline(values)).toMatch(new RegExp(`^[▁-█]{${values.length}}$`));
    }),
  );
});
