/** What a part of the benchmark of flame graphs is told, and what it finds. */
export interface FlameBench {
  readonly part: string | undefined;
  /** MB that are folded. */
  readonly megabytes: number;
  /** Pairs of runs, without and with a capture. */
  readonly pairs: number;
  /** Where stackcollapse-perf.pl is; without it its speed is not measured. */
  readonly perl: string | undefined;
  readonly signal: AbortSignal;
}

/** Lines to print, and what was missed. */
export interface Finding {
  readonly lines: readonly string[];
  readonly missed: readonly string[];
}

/** One number against what was wanted of it. */
export const held = (what: string, value: number, most: number, unit: string, more = ''): Finding => {
  const line = `${what}: ${value.toFixed(value < 10 ? 2 : 0)} ${unit}, at most ${most} wanted${more}`;
  return { lines: [line], missed: value <= most ? [] : [line] };
};
