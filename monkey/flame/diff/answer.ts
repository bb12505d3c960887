/** The difference of two profiles in numbers and words. */
import { shown } from '../frame-names.ts';
import type { Change, Difference, FrameDifference } from './difference.ts';

export interface FrameAnswer extends Omit<FrameDifference, 'node'> {
  /** Frames from the bottom to this one, joined by `;`. */
  readonly path: string;
}

/** Every frame of both, the root left out, with what changed most first. */
export const answerOf = ({ tree, frames }: Difference): readonly FrameAnswer[] => {
  const paths: string[] = [];
  for (let node = 1; node < tree.size; node += 1) {
    const parent = tree.parent(node);
    const name = shown(tree.name(node));
    paths[node] = parent === 0 ? name : `${paths[parent] ?? ''};${name}`;
  }
  const rows = frames.slice(1).map(({ node, ...numbers }) => ({ path: paths[node] ?? '', ...numbers }));
  return rows.sort((one, other) => moved(other) - moved(one) || (one.path < other.path ? -1 : 1));
};

const moved = ({ before, after }: FrameAnswer): number => Math.abs(after - before);

/** `+42.9 %`, `-100 %`, `0 %`, `new`. */
export const changeInWords = (change: Change): string => {
  if (change === 'new') return 'new';
  const percent = 100 * change;
  const digits = Math.abs(percent) >= 99.95 || percent === 0 ? 0 : 1;
  return `${percent > 0 ? '+' : ''}${percent.toFixed(digits)} %`;
};

/**
 * The frames whose inclusive share grew by more than `limit` (0.1 for 10 %) of what it was, beyond sampling noise. What is
 * new has grown without limit.
 */
export const grownOver = (rows: readonly FrameAnswer[], limit: number): readonly FrameAnswer[] =>
  rows.filter(({ change, isSignificant }) => isSignificant && (change === 'new' || change > limit));
