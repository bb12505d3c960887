/** What the benchmark of the proxy is told, and what its parts find. */
export interface ProxyBench {
  readonly part: string | undefined;
  readonly rounds: number;
  readonly seconds: number;
  /** Names of contenders, separated by commas; all of them unless told. */
  readonly only: readonly string[] | undefined;
  /** Names of works; all of them unless told. */
  readonly works: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** What one part found: lines to print, and what was missed. */
export interface Finding {
  readonly lines: readonly string[];
  readonly missed: readonly string[];
}

/** What one run of wrk against one contender measured. */
export interface Measure {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Connections that failed, resets, time-outs and answers other than 2xx and 3xx. */
  readonly errors: number;
}
