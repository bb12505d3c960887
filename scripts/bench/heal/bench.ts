/** What a part of the benchmark is told, and what it finds. */
export interface HealBench {
  readonly part: string | undefined;
  readonly heals: number;
  readonly drains: number;
  readonly idleSeconds: number;
  readonly signal: AbortSignal;
}

/** What one part of the benchmark found: lines to print, and what was missed. */
export interface Finding {
  readonly lines: readonly string[];
  readonly missed: readonly string[];
}
