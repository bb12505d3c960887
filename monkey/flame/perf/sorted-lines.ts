/** Folded stacks in the order of their bytes, one `stack value` a line: what stackcollapse-perf.pl writes. */
import type { StackTree } from '../stack-tree.ts';

/**
 * @param of `values`: microseconds, bytes, sums of periods, as the profile has them; `samples`: how many there were
 *
 * Yields pieces of the text, each of whole lines. A stack never stands in memory beside all others: the order of the
 * joined texts comes from the order of `NAME` for what ended in a frame and `NAME;` for what is under it.
 */
export function* foldedLines(tree: StackTree, of: 'values' | 'samples' = 'values'): Generator<string> {
  // As chains: a list for each of a million nodes would take more than all the rest.
  const chains = tree.chains();
  let piece = '';
  const pending: Step[] = stepsUnder(0, '', tree, chains);
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    const path = step.below === '' ? tree.name(step.node) : `${step.below};${tree.name(step.node)}`;
    if (step.isLeaf) piece += `${path} ${String(of === 'values' ? tree.value(step.node) : tree.count(step.node))}\n`;
    else pending.push(...stepsUnder(step.node, path, tree, chains));
    if (piece.length < 65_536) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

interface Step {
  readonly node: number;
  readonly below: string;
  readonly isLeaf: boolean;
  readonly key: string;
}

/** What is to be written for the nodes right above one, last first. */
const stepsUnder = (
  node: number,
  below: string,
  tree: StackTree,
  { first, next }: ReturnType<StackTree['chains']>,
): Step[] => {
  const steps: Step[] = [];
  for (let child = first[node] ?? 0; child > 0; child = next[child] ?? 0) {
    const name = tree.name(child);
    if (tree.count(child) > 0) steps.push({ node: child, below, isLeaf: true, key: name });
    if ((first[child] ?? 0) > 0) steps.push({ node: child, below, isLeaf: false, key: `${name};` });
  }
  return steps.sort((one, other) => (one.key < other.key ? 1 : -1));
};
