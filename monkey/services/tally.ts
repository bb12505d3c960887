/**
 * Counts values of a share as they come, for as long as somebody watches, in bounded memory: they are counted by the
 * tenth of a percent, which is what people are shown.
 */
import { nearestRank } from './statistics.ts';

export interface Tally {
  readonly add: (share: number) => void;
  /** Null where nothing was counted. */
  readonly told: () => Extent | null;
}

/** Rounded to a tenth of a percent; p95 by nearest rank, see statistics.ts. */
export interface Extent {
  readonly min: number;
  readonly max: number;
  readonly p95: number;
}

const tenths = 1_000;

export const newTally = (): Tally => {
  const counts = new Map<number, number>();
  let count = 0;
  return {
    add: (share) => {
      const key = Math.round(share * tenths);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      count += 1;
    },
    told: () => {
      const keys = [...counts.keys()].sort((one, other) => one - other);
      const [min] = keys;
      const max = keys.at(-1);
      if (min === undefined || max === undefined) return null;
      return { min: min / tenths, max: max / tenths, p95: keyAt(keys, counts, nearestRank(0.95, count)) / tenths };
    },
  };
};

/** The key of the value that stands at `place` among all sorted values. */
const keyAt = (keys: readonly number[], counts: ReadonlyMap<number, number>, place: number): number => {
  let passed = 0;
  for (const key of keys) {
    passed += counts.get(key) ?? 0;
    if (passed > place) return key;
  }
  return keys.at(-1) ?? 0;
};
