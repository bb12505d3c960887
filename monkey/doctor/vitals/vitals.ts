import type { MemoryTold } from '../memory/told.ts';

/** What was measured of a node in one round. A value that could not be had says why; nothing is ever guessed. */
export interface Vitals {
  readonly cpu: Measured<CpuVitals>;
  readonly memory: Measured<MemoryVitals>;
  readonly oom: Measured<OomVitals>;
  readonly pressure: Measured<PressureVitals>;
  /** One for each path that is watched. */
  readonly disks: readonly DiskVitals[];
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

export interface OomVitals {
  /** Processes that the kernel killed for want of memory since the round before. */
  readonly kills: number;
  /** Who they were, and who has the memory; absent where nobody was killed, or nothing is known of them. */
  readonly memory?: MemoryTold;
}

/**
 * Pressure stall information (PSI): the share of the last minute in which somebody waited for CPU, and in which all who
 * had work waited for memory or for a disk. 0 to 1.
 */
export interface PressureVitals {
  readonly cpuShare: number;
  readonly memoryShare: number;
  readonly ioShare: number;
}

export type DiskVitals = { readonly path: string } & Measured<{
  /** Of the bytes that programs may use, as `df` counts them. */
  readonly usedShare: number;
  /** Of the inodes; absent on file systems that have no fixed number of them. */
  readonly inodesShare?: number;
}>;

export type Measured<T> = ({ readonly kind: 'measured' } & T) | { readonly kind: 'unknown'; readonly because: string };
