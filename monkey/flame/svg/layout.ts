/** Where each frame's box is: its width is its share, its callers are below it. */
import type { StackTree } from '../stack-tree.ts';

export interface Box {
  readonly node: number;
  /** Frames below it; the root has none. */
  readonly depth: number;
  /** Pixels from the left edge of the graph. */
  readonly x: number;
  readonly width: number;
}

export interface Layout {
  readonly boxes: readonly Box[];
  /** Frames that were too narrow to draw. */
  readonly hidden: number;
  readonly depth: number;
}

/**
 * Lays a tree out on so many pixels. `weights` says how wide each node is, what is above it included; a node narrower
 * than `minWidth` pixels is left out with all that is above it. Neighbours stand in the order of their names, or of time.
 */
export const layOut = (tree: StackTree, weights: Float64Array, width: number, minWidth: number): Layout => {
  const total = weights[0] ?? 0;
  const scale = total > 0 ? width / total : 0;
  const children = tree.children();
  const boxes: Box[] = [{ node: 0, depth: 0, x: 0, width }];
  let hidden = 0;
  let depth = 0;
  // The list grows while it is walked: boxes are its own queue.
  for (const box of boxes) {
    let x = box.x;
    for (const node of inOrder(children[box.node] ?? [], tree)) {
      const wide = (weights[node] ?? 0) * scale;
      if (wide > 0 && wide >= minWidth) boxes.push({ node, depth: box.depth + 1, x, width: wide });
      else hidden += 1;
      x += wide;
    }
    depth = Math.max(depth, box.depth);
  }
  return { boxes, hidden, depth };
};

const inOrder = (nodes: readonly number[], tree: StackTree): readonly number[] => {
  if (tree.isInOrder || nodes.length < 2) return nodes;
  const named = nodes.map((node) => ({ node, name: tree.name(node) }));
  return named.sort((one, other) => (one.name < other.name ? -1 : 1)).map(({ node }) => node);
};
