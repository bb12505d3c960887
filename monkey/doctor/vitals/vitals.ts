/** What was measured of a node in one round. A value that could not be had says why; nothing is ever guessed. */
export interface Vitals {
  readonly cpu: Measured<CpuVitals>;
  readonly memory: Measured<MemoryVitals>;
  /** Load averages of the last 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number];
  /** Seconds since the node booted. */
  readonly uptimeSeconds: number;
}

export interface CpuVitals {
  /** Share of the node's CPUs that was busy since the round before, 0 to 1. */
  readonly share: number;
  /** Share of one core that the app's busiest thread took in that time; absent where no app process is known. */
  readonly busiestThreadShare?: number;
  /** How it was measured. */
  readonly source: 'host' | 'cgroup' | 'process-tree';
  /** Over how long. */
  readonly overMs: number;
}

export interface MemoryVitals {
  readonly usedShare: number;
  readonly totalBytes: number;
}

export type Measured<T> = ({ readonly kind: 'measured' } & T) | { readonly kind: 'unknown'; readonly because: string };
