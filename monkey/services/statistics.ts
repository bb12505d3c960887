/** How values are spread. */
export interface Spread {
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
  readonly min: number;
  readonly max: number;
}

/** Null where there are no values. */
export const spreadOf = (values: readonly number[]): Spread | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return {
    mean: short(values.reduce((sum, value) => sum + value, 0) / values.length),
    median: short((at((sorted.length - 1) >> 1) + at(sorted.length >> 1)) / 2),
    p95: at(nearestRank(0.95, sorted.length)),
    min: at(0),
    max: at(sorted.length - 1),
  };
};

/** Without what adding up fractions of two leaves behind: 0.82, not 0.8200000000000001. */
const short = (value: number): number => Number(value.toFixed(9));

/**
 * Where among `count` sorted values the percentile `rank` stands, from 0. The nearest-rank method: the least value that
 * at least that share of all values does not exceed, so always one that was measured.
 * https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method
 */
export const nearestRank = (rank: number, count: number): number => Math.max(0, Math.ceil(rank * count) - 1);
