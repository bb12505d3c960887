import { expect, test } from '@jest/globals';
import { tooOld } from '../../pool/too-old.ts';

test('a decision holds for five seconds after its view began to be read', () => {
  expect(tooOld({ readAtMs: 1_000 }, 6_000)).toBeUndefined();
  expect(tooOld({ readAtMs: 1_000 }, 6_001)).toEqual({
    kind: 'conflict',
    because: 'fresh: it was decided from a view read 5001 ms ago, not sent',
  });
});

test('an age that is no number is too old', () => {
  expect(tooOld({ readAtMs: Number.NaN }, 1)?.kind).toBe('conflict');
});
