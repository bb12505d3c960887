import { expect, test } from '@jest/globals';
import { purposeOf } from '../../../../monkey/doctor/treatment/purpose.ts';

test.each([
  [{}, 'treat'],
  [{ purpose: 'treat' }, 'treat'],
  [{ purpose: 'hold' }, 'hold'],
  [{ purpose: 'leave' }, 'leave'],
  [{ purpose: 'treat', heldBy: 'ann' }, 'hold'],
  [{ heldBy: 'ann' }, 'hold'],
  [{ purpose: 'leave', heldBy: 'ann' }, 'leave'],
] as const)('a drain with %j is for %s', (record, purpose) => {
  expect(purposeOf(record)).toBe(purpose);
});
