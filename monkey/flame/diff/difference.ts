/*
 * The difference of two profiles.
 *
 * Each is normalised to shares of its own whole, as real numbers, so that one taken for longer, or sampled faster, doesn't
 * look as if everything had grown. Frames are compared by their whole path, on the union of both trees.
 */
import type { Profile } from '../profile.ts';
import { StackTree } from '../stack-tree.ts';
import { chanceOfDifference, standing } from './binomial.ts';

/** The frame appeared: there is nothing that it could have grown from. */
export type Change = number | 'new';

export interface FrameDifference {
  /** In the tree of the difference. */
  readonly node: number;
  /** Shares of all, 0 to 1, of the frame and what is above it. */
  readonly before: number;
  readonly after: number;
  /** (after - before) / before: -1 for what vanished, 0 for what kept its share. */
  readonly change: Change;
  /** The same of the frame alone. */
  readonly selfBefore: number;
  readonly selfAfter: number;
  readonly selfChange: Change;
  /** More than sampling noise, at 95 % for all frames together. */
  readonly isSignificant: boolean;
}

export interface Difference {
  /** All stacks of both. */
  readonly tree: StackTree;
  /** By node of the tree, the root first. */
  readonly frames: readonly FrameDifference[];
  /** What was taken for one sample of each side. */
  readonly perSample: { readonly before: number; readonly after: number };
}

/** For all frames together, the chance to call mere noise a change. */
const level = 0.05;

/** @param perSample what one sample adds to folded values; without it that is told by the values themselves */
export const differenceOf = (before: Profile, after: Profile, perSample?: number): Difference => {
  const tree = new StackTree();
  const old = sideOf(before, tree, perSample);
  const now = sideOf(after, tree, perSample);
  const chances: number[] = [];
  for (let node = 0; node < tree.size; node += 1) {
    chances.push(chanceOfDifference(at(old.samples, node), at(now.samples, node), old.allSamples, now.allSamples));
  }
  const stands = standing(chances, level);
  const frames = chances.map((_, node) => ({
    node,
    before: at(old.totals, node) / old.all,
    after: at(now.totals, node) / now.all,
    change: changeOf(at(old.totals, node) * now.all, at(now.totals, node) * old.all),
    selfBefore: at(old.own, node) / old.all,
    selfAfter: at(now.own, node) / now.all,
    selfChange: changeOf(at(old.own, node) * now.all, at(now.own, node) * old.all),
    isSignificant: stands[node] === true,
  }));
  return { tree, frames, perSample: { before: old.perSample, after: now.perSample } };
};

/** What kept its share to within the last bits of a double has kept it. */
const sameness = 1e-12;

/** Both brought to the same whole by multiplication, which leaves whole numbers exact where a division would not. */
const changeOf = (before: number, after: number): Change => {
  if (Math.abs(after - before) <= sameness * Math.max(before, after)) return 0;
  return before === 0 ? 'new' : (after - before) / before;
};

interface Side {
  readonly own: readonly number[];
  readonly totals: readonly number[];
  readonly samples: readonly number[];
  readonly all: number;
  readonly allSamples: number;
  readonly perSample: number;
}

const at = (numbers: readonly number[], node: number): number => numbers[node] ?? 0;

/** One profile's numbers, by the nodes of the tree that both share. */
const sideOf = ({ tree, format }: Profile, union: StackTree, given: number | undefined): Side => {
  const perSample = (format === 'folded' ? given : undefined) ?? valuePerSample(tree);
  const totals = tree.totals();
  const counts = tree.totalCounts();
  const places = new Int32Array(tree.size);
  const side = { own: [] as number[], totals: [] as number[], samples: [] as number[] };
  for (let node = 0; node < tree.size; node += 1) {
    const place = node === 0 ? 0 : union.child(places[tree.parent(node)] ?? 0, union.names.idOf(tree.name(node)));
    places[node] = place;
    // In order of time a path may stand there more than once.
    side.own[place] = at(side.own, place) + tree.value(node);
    side.totals[place] = at(side.totals, place) + (totals[node] ?? 0);
    side.samples[place] = at(side.samples, place) + (counts[node] ?? 0) / perSample;
  }
  return { ...side, all: totals[0] ?? 0, allSamples: (counts[0] ?? 0) / perSample, perSample };
};

/**
 * Folded stacks say how much, not how many samples it was. Where all that there is are big numbers, a sampler's period was
 * added up: if every value is a multiple of one big number, that is one sample; otherwise about the smallest value is.
 */
const valuePerSample = (tree: StackTree): number => {
  let divisor = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let node = 1; node < tree.size; node += 1) {
    const count = tree.count(node);
    if (count === 0) continue;
    least = Math.min(least, count);
    divisor = Number.isInteger(count) ? greatestCommonDivisor(divisor, count) : 1;
  }
  return divisor >= leastPeriod ? divisor : least >= leastPeriod ? least : 1;
};

/** Nobody counts one sample as so much, and no sampler's period is shorter. */
const leastPeriod = 1_000;

const greatestCommonDivisor = (one: number, other: number): number =>
  other === 0 ? one : greatestCommonDivisor(other, one % other);
