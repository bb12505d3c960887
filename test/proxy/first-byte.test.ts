import { expect, test } from '@jest/globals';
import { firstByteDeadlines, firstByteMs } from '../../proxy/first-byte.ts';

const deadline = firstByteDeadlines([
  { path: '/report', deadline: 30_000 },
  { path: '/report/small', deadline: 1_000 },
  { path: '/files/', deadline: 9_000 },
]);

test.each([
  ['/', firstByteMs],
  ['/report', 30_000],
  ['/report/7', 30_000],
  ['/report?all=1', 30_000],
  ['/reports', firstByteMs],
  ['/report/small', 1_000],
  ['/report/small?x=/files/', 1_000],
  ['/files/a', 9_000],
  ['/files', firstByteMs],
  ['/x?/report', firstByteMs],
])('%s has %d ms', (target, ms) => {
  expect(deadline(target)).toBe(ms);
});

test('a rule for / holds everywhere', () => {
  expect(firstByteDeadlines([{ path: '/', deadline: 5 }])('/any/thing')).toBe(5);
});

test('is 3 s where nothing is said', () => {
  expect(firstByteDeadlines([])('/')).toBe(3_000);
});
