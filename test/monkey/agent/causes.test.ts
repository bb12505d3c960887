import { expect, test } from '@jest/globals';
import { noCauses, withCause } from '../../../monkey/agent/causes.ts';

test('causes that were told are remembered once each, and no more than twenty of them', () => {
  const told = ['a', 'b', 'a'].reduce(withCause, noCauses);
  expect([...told]).toEqual(['a', 'b']);
  const many = Array.from({ length: 50 }, (_, at) => `cause-${at}`).reduce(withCause, told);
  expect(many.size).toBe(20);
  expect(many.has('cause-49')).toBe(true);
});
