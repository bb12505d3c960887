/** What a part of the benchmark of a whole fleet is told, and what it finds. */
export interface FleetBench {
  readonly part: string | undefined;
  readonly nodes: number;
  readonly signal: AbortSignal;
}

/** Lines to print, and what was missed. */
export interface Finding {
  readonly lines: readonly string[];
  readonly missed: readonly string[];
}
