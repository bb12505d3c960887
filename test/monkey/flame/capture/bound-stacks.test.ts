import { describe, expect, test } from '@jest/globals';
import { boundStacks } from '../../../../monkey/flame/capture/bound-stacks.ts';
import { bytesOf } from '../../../../monkey/flame/frame-names.ts';
import { StackTree } from '../../../../monkey/flame/stack-tree.ts';

const tree = (stacks: Readonly<Record<string, number>>): StackTree => {
  const made = new StackTree();
  for (const [stack, count] of Object.entries(stacks)) made.addStack(stack.split(';').map(bytesOf), count * 10, count);
  return made;
};
const wide = { stacks: 100, bytes: 10_000 };

describe('the stacks of a capture', () => {
  test('are counted in samples, the most frequent first, in readable names', () => {
    const { stacks, leftOut } = boundStacks(tree({ 'a;b': 2, 'a;größe': 5, a: 1 }), wide);
    expect([[...stacks], leftOut]).toEqual([
      [
        ['a;größe', 5],
        ['a;b', 2],
        ['a', 1],
      ],
      0,
    ]);
  });

  test.each([
    ['number', { stacks: 2, bytes: 10_000 }],
    ['bytes', { stacks: 100, bytes: 6 }],
  ])('are cut by %s with every sample still counted', (_by, bounds) => {
    const { stacks, leftOut } = boundStacks(tree({ 'a;b': 2, 'a;c': 5, 'a;d': 1, 'a;e': 3 }), bounds);
    expect([Object.fromEntries(stacks), leftOut]).toEqual([{ 'a;c': 5, 'a;e': 3, '[left out]': 3 }, 2]);
  });
});
