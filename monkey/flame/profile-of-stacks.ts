import { bytesOf } from './frame-names.ts';
import type { Profile } from './profile.ts';
import { StackTree } from './stack-tree.ts';

/** The profile that folded stacks make, with names as people read them and how many samples each had. */
export const profileOfStacks = (stacks: ReadonlyMap<string, number>): Profile => {
  const tree = new StackTree();
  for (const [stack, count] of stacks) tree.addStack(stack.split(';').map(bytesOf), count, count);
  return { format: 'folded', tree, unit: 'samples', notes: [] };
};
