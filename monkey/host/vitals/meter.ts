import type { Measured } from '../../doctor/vitals/vitals.ts';
import type { ProcessTable } from '../proc/processes.ts';

/** One measurement: when it began, and the process table, read at most once and only when asked for. */
export interface Round {
  readonly atMs: number;
  readonly processes: () => ProcessTable;
}

export type Share = Measured<{ readonly share: number; readonly overMs: number }>;

/** Measures the share of CPU from one call to the next, and tells for how long its node has been up. */
export interface CpuMeter {
  readonly share: (round: Round, signal: AbortSignal) => Promise<Share>;
  /** Seconds since what it measures started; 0 where that is not there. */
  readonly uptimeSeconds: (round: Round, signal: AbortSignal) => Promise<number>;
}

export const unknown = (because: string): { readonly kind: 'unknown'; readonly because: string } => ({
  kind: 'unknown',
  because,
});

export const firstCall = unknown('measured for the first time: there is nothing to compare with yet');

/** Below this the kernel's clock ticks (10 ms) are too coarse to divide by. */
const shortestMs = 200;

/** Share of `cores` that `busyMs` of CPU time within `overMs` is, 0 to 1; rounding of the ticks may pass 1 by a little. */
export const shareOf = (busyMs: number, overMs: number, cores: number): Share => {
  if (overMs < shortestMs) return unknown(`only ${Math.round(overMs)} ms since it was measured last`);
  const share = busyMs / overMs / cores;
  if (!Number.isFinite(share) || share < 0)
    return unknown(`${busyMs} ms of CPU time in ${Math.round(overMs)} ms on ${cores} cores make no share`);
  return { kind: 'measured', share: Math.min(1, share), overMs };
};
