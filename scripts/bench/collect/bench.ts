/** What a part of the benchmark of the fleet's commands is told, and what it finds. */
export interface CollectBench {
  readonly part: string | undefined;
  readonly signal: AbortSignal;
}

/** Lines to print, and what was missed. */
export interface Finding {
  readonly lines: readonly string[];
  readonly missed: readonly string[];
}
