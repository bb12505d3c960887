/*
 * Stacks as they are kept: each frame once, and what stacks have in common from the bottom up once.
 *
 * INVARIANT: packed stacks are never longer than asked for. The rarest stacks go first, and how many went is told.
 */
import type { Stacks } from './hottest.ts';

export interface PackedStacks {
  readonly frames: readonly string[];
  /** Three numbers a node: its parent (0: the root; the first node is 1), its frame, and the samples that ended in it. */
  readonly tree: readonly number[];
  /** What had to be left out. */
  readonly cut?: { readonly stacks: number; readonly samples: number };
}

/** Room for what stands around the two lists. */
const aroundBytes = 100;

/** @param mostBytes of the JSON that becomes of it, in UTF-8 */
export const packStacks = (stacks: Stacks, mostBytes: number): PackedStacks => {
  const rarestLast = [...stacks].sort(([one, count], [other, another]) => another - count || (one < other ? -1 : 1));
  const tree = newTree(mostBytes - aroundBytes);
  let cut = { stacks: 0, samples: 0 };
  for (const [stack, samples] of rarestLast)
    if (cut.stacks > 0 || !tree.add(stack.split(';').map(shortened), samples))
      cut = { stacks: cut.stacks + 1, samples: cut.samples + samples };
  return { frames: tree.frames, tree: tree.nodes, ...(cut.stacks === 0 ? {} : { cut }) };
};

/** A name of 64 KiB says no more than its beginning. */
const frameMost = 240;
const shortened = (frame: string): string => (frame.length > frameMost ? `${frame.slice(0, frameMost)}…` : frame);

const newTree = (mostBytes: number) => {
  const names = newNames();
  const nodes: number[] = [];
  const places = new Map<string, number>();
  let bytes = 0;

  /** What the stack would cost beyond what is there: an upper bound. */
  const costOf = (stack: readonly string[]): number => {
    let cost = 12;
    let parent: number | undefined = 0;
    for (const frame of stack) {
      parent = parent === undefined ? undefined : places.get(`${parent} ${frame}`);
      if (parent === undefined) cost += 28;
      if (!names.has(frame)) cost += bytesOf(frame) + 1;
    }
    return cost;
  };
  const child = (parent: number, frame: string): number => {
    const place = places.get(`${parent} ${frame}`);
    if (place !== undefined) return place;
    const made = nodes.push(parent, names.idOf(frame), 0) / 3;
    places.set(`${parent} ${frame}`, made);
    return made;
  };
  return {
    frames: names.frames,
    nodes,
    /** False: there is no room for it. */
    add: (stack: readonly string[], samples: number): boolean => {
      const cost = costOf(stack);
      if (bytes + cost > mostBytes) return false;
      bytes += cost;
      const node = stack.reduce(child, 0);
      nodes[node * 3 - 1] = (nodes[node * 3 - 1] ?? 0) + samples;
      return true;
    },
  };
};

/** Each name once, known by its place. */
const newNames = () => {
  const frames: string[] = [];
  const ids = new Map<string, number>();
  return {
    frames,
    has: (frame: string): boolean => ids.has(frame),
    idOf: (frame: string): number => {
      const known = ids.get(frame);
      if (known !== undefined) return known;
      ids.set(frame, frames.length);
      return frames.push(frame) - 1;
    },
  };
};

const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text));

/** The stacks again; what points nowhere is left out. */
export const unpackStacks = ({ frames, tree }: Pick<PackedStacks, 'frames' | 'tree'>): Stacks => {
  const paths: string[] = [];
  const stacks = new Map<string, number>();
  for (let at = 0; at + 2 < tree.length; at += 3) {
    const [parent = 0, frame = -1, samples = 0] = tree.slice(at, at + 3);
    const name = frames[frame];
    const under = parent === 0 ? '' : paths[parent - 1];
    if (name === undefined || under === undefined) continue;
    const path = under === '' ? name : `${under};${name}`;
    paths[at / 3] = path;
    if (samples > 0) stacks.set(path, (stacks.get(path) ?? 0) + samples);
  }
  return stacks;
};
