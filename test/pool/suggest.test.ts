import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { distance, near, suggest } from '../../pool/suggest.ts';

test('counts letters missing, added, wrong and swapped as one slip each', () => {
  expect(distance('deadlin', 'deadline')).toBe(1);
  expect(distance('deadlinee', 'deadline')).toBe(1);
  expect(distance('deadlime', 'deadline')).toBe(1);
  expect(distance('daedline', 'deadline')).toBe(1);
  expect(distance('', 'abc')).toBe(3);
});

test('is the same both ways, nothing for equals, and at most the longer length', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
      expect(distance(one, other)).toBe(distance(other, one));
      expect(distance(one, one)).toBe(0);
      expect(distance(one, other)).toBeLessThanOrEqual(Math.max(one.length, other.length));
      expect(distance(one, other) === 0).toBe(one === other);
    }),
  );
});

test('suggests what is near, and nothing where nothing is', () => {
  const known = ['threshold', 'clear', 'thread'];
  expect(suggest('treshold', known)).toBe('threshold');
  expect(suggest('Thread', known)).toBe('thread');
  expect(suggest('memory', known)).toBe(undefined);
  expect(suggest('x', ['of'])).toBe(undefined);
});

test('names those that contain a word, else the nearest, and no more than a few', () => {
  const known = ['i-0a1', 'i-0a2', 'i-0b1', 'i-0b2', 'i-0b3', 'i-0b4'];
  expect(near('0A', known)).toEqual(['i-0a1', 'i-0a2']);
  expect(near('i-0b', known)).toHaveLength(3);
  expect(near('i-0a9', known)).toEqual(['i-0a1', 'i-0a2']);
  expect(near('web', known)).toEqual([]);
  expect(near('', known)).toEqual([]);
});
