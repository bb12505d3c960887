import { expect, test } from '@jest/globals';
import { PostLimits } from '../../../../infra/local-cloud/slack/rate.ts';

const admitted = { kind: 'admitted' };

test('a burst is admitted, then one as often as the rate says', () => {
  const limits = new PostLimits({ burst: 2, perSecond: 0.5 });
  expect(limits.admit('C1', 0)).toEqual(admitted);
  expect(limits.admit('C1', 0)).toEqual(admitted);
  expect(limits.admit('C1', 0)).toEqual({ kind: 'limited', retryAfterSeconds: 2 });
  expect(limits.admit('C1', 1999)).toEqual({ kind: 'limited', retryAfterSeconds: 1 });
  expect(limits.admit('C1', 2000)).toEqual(admitted);
});

test('channels do not limit each other, and a rest fills no more than the burst', () => {
  const limits = new PostLimits({ burst: 1, perSecond: 1 });
  expect(limits.admit('C1', 0)).toEqual(admitted);
  expect(limits.admit('C2', 0)).toEqual(admitted);
  expect(limits.admit('C1', 60_000)).toEqual(admitted);
  expect(limits.admit('C1', 60_000).kind).toBe('limited');
});
