import { shown } from '../frame-names.ts';
import type { StackTree } from '../stack-tree.ts';

export interface StackBounds {
  /** Distinct stacks. */
  readonly stacks: number;
  /** Of their names together, in UTF-8. */
  readonly bytes: number;
}

/** Of one capture. A profile of a busy server has some thousands of stacks and a few hundred KiB. */
const captureBounds: StackBounds = { stacks: 20_000, bytes: 8 * 1024 * 1024 };

/** Under this stands, in one sum, what had no place any more: shares stay true. */
const leftOutFrame = '[left out]';

export interface BoundStacks {
  readonly stacks: ReadonlyMap<string, number>;
  /** Distinct stacks that were added up under {@link leftOutFrame}. */
  readonly leftOut: number;
}

/** The samples of a tree by stack, the most frequent first, within bounds. */
export const boundStacks = (tree: StackTree, bounds: StackBounds = captureBounds): BoundStacks => {
  const ends = Array.from({ length: tree.size }, (_, node) => node)
    .filter((node) => node > 0 && tree.count(node) > 0)
    .sort((one, other) => tree.count(other) - tree.count(one));
  const stacks = new Map<string, number>();
  let bytes = 0;
  let leftOut = 0;
  let rest = 0;
  for (const node of ends) {
    const stack = stacks.size < bounds.stacks && bytes < bounds.bytes ? stackOf(tree, node) : undefined;
    const size = stack === undefined ? 0 : Buffer.byteLength(stack);
    if (stack === undefined || bytes + size > bounds.bytes) {
      leftOut += 1;
      rest += tree.count(node);
    } else {
      bytes += size;
      stacks.set(stack, (stacks.get(stack) ?? 0) + tree.count(node));
    }
  }
  if (rest > 0) stacks.set(leftOutFrame, rest);
  return { stacks, leftOut };
};

const stackOf = (tree: StackTree, end: number): string => {
  const names: string[] = [];
  for (let node = end; node > 0; node = tree.parent(node)) names.push(shown(tree.name(node)));
  return names.reverse().join(';');
};
