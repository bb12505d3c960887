import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { answerOf, changeInWords, grownOver } from '../../../../monkey/flame/diff/answer.ts';
import { differenceOf } from '../../../../monkey/flame/diff/difference.ts';
import type { Profile } from '../../../../monkey/flame/profile.ts';
import { StackTree } from '../../../../monkey/flame/stack-tree.ts';

type Stacks = Readonly<Record<string, number>>;

const profile = (stacks: Stacks): Profile => {
  const tree = new StackTree();
  for (const [stack, value] of Object.entries(stacks)) tree.addStack(stack.split(';'), value, value);
  return { format: 'folded', tree, unit: 'samples', notes: [] };
};
const rows = (before: Stacks, after: Stacks) => answerOf(differenceOf(profile(before), profile(after)));
const changes = (before: Stacks, after: Stacks) =>
  Object.fromEntries(rows(before, after).map(({ path, change }) => [path, change]));

describe('the difference of two profiles', () => {
  test('is -1 for what vanished, and relative to the share for what stayed', () => {
    expect(changes({ 'a;b;c': 700, 'a;e;f;g;h': 300 }, { 'a;b;c': 500 })).toEqual({
      a: 0,
      'a;b': 3 / 7,
      'a;b;c': 3 / 7,
      'a;e': -1,
      'a;e;f': -1,
      'a;e;f;g': -1,
      'a;e;f;g;h': -1,
    });
  });

  test('says +42.9 % and -100 % of it in words', () => {
    expect([changeInWords(3 / 7), changeInWords(-1), changeInWords(0), changeInWords('new')]).toEqual([
      '+42.9 %',
      '-100 %',
      '0 %',
      'new',
    ]);
  });

  test('is 0 everywhere for the same work sampled at another rate', () => {
    const stacks = fc.dictionary(
      fc.constantFrom('a', 'a;b', 'a;c', 'a;b;d', 'e', 'e;f'),
      fc.integer({ min: 1, max: 1e6 }),
      {
        minKeys: 1,
      },
    );
    fc.assert(
      fc.property(stacks, fc.integer({ min: 2, max: 1_000 }), (work, times) => {
        const more = Object.fromEntries(Object.entries(work).map(([stack, value]) => [stack, value * times]));
        expect(Object.values(changes(work, more)).every((change) => change === 0)).toBe(true);
      }),
    );
  });

  test('calls grown what was one of a thousand, however few samples that is', () => {
    expect(changes({ a: 1, b: 999 }, { a: 1, b: 99 })['a']).toBeCloseTo(9, 12);
  });

  test('calls new what was not there', () => {
    expect(changes({ b: 10 }, { a: 1, b: 9 })['a']).toBe('new');
  });

  test('tells the frame alone beside what is above it', () => {
    const [row] = rows({ a: 5, 'a;b': 5 }, { 'a;b': 10 }).filter(({ path }) => path === 'a');
    expect(row).toMatchObject({ before: 1, after: 1, change: 0, selfBefore: 0.5, selfAfter: 0, selfChange: -1 });
  });

  test('has shares of each side that add up to one', () => {
    const all = rows({ a: 3, 'b;c': 4 }, { a: 1, d: 7 }).filter(({ path }) => !path.includes(';'));
    expect([all.reduce((sum, { before }) => sum + before, 0), all.reduce((sum, { after }) => sum + after, 0)]).toEqual([
      1, 1,
    ]);
  });

  test('never makes a share of samples whole', () => {
    expect(changes({ a: 1, b: 2 }, { a: 1, b: 3 })['a']).toBeCloseTo(-0.25, 14);
  });
});

describe('sampling noise', () => {
  test('is what a frame of few samples does', () => {
    expect(rows({ a: 10, b: 990 }, { a: 14, b: 986 }).map(({ isSignificant }) => isSignificant)).toEqual([
      false,
      false,
    ]);
  });

  test('is not what a frame of many samples does', () => {
    expect(rows({ a: 100, b: 900 }, { a: 300, b: 700 }).map(({ isSignificant }) => isSignificant)).toEqual([
      true,
      true,
    ]);
  });

  test('is measured in samples where the values are periods of them', () => {
    const period = 2_004_008;
    const grown = rows({ a: 10 * period, b: 990 * period }, { a: 14 * period, b: 986 * period });
    expect(grown.map(({ isSignificant }) => isSignificant)).toEqual([false, false]);
  });

  test('is rarely taken for a change, over all frames together', () => {
    let random = 1;
    const uniform = (): number => {
      random = (random * 48_271) % 2_147_483_647;
      return random / 2_147_483_647;
    };
    const drawn = (): Stacks => {
      const stacks: Record<string, number> = {};
      for (let count = 0; count < 2_000; count += 1) {
        const stack = `f${Math.floor(uniform() ** 2 * 50)}`;
        stacks[stack] = (stacks[stack] ?? 0) + 1;
      }
      return stacks;
    };
    const falseAlarms = Array.from({ length: 60 }, () =>
      rows(drawn(), drawn()).some(({ isSignificant }) => isSignificant),
    );
    // At 5 % each, more than 9 of 60 come once in some 500 times; the draws are always the same ones.
    expect(falseAlarms.filter(Boolean).length).toBeLessThan(9);
  });
});

describe('a line that is held', () => {
  test('is broken by frames that grew over it beyond noise, and by new ones', () => {
    const grown = grownOver(rows({ a: 500, b: 500 }, { a: 300, b: 600, c: 100 }), 0.1);
    expect(grown.map(({ path }) => path).sort()).toEqual(['b', 'c']);
  });

  test('is not broken by noise', () => {
    expect(grownOver(rows({ a: 10, b: 990 }, { a: 14, b: 986 }), 0.1)).toEqual([]);
  });
});
