import { expect, test } from '@jest/globals';
import { endsInRow, restartDelayMs } from '../../../proxy/workers/restart-delay.ts';

test('starts again at once the first time, then ever later, and never later than in 5 s', () => {
  expect([1, 2, 3, 4, 8, 9, 1_000].map(restartDelayMs)).toEqual([0, 100, 200, 400, 5_000, 5_000, 5_000]);
});

test('an end after a minute is no sign of a worker that keeps dying', () => {
  expect(endsInRow(6, 59_999)).toBe(7);
  expect(endsInRow(6, 60_000)).toBe(1);
});
