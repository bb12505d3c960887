import type { Clock } from '../../pool/clock.ts';

/**
 * How long something has lasted that began at `atMs`, in milliseconds: at the first look by Redis TIME, from then on
 * by our own monotonic clock, so that no jump of either makes it longer or shorter.
 */
export const since = (clock: Clock, atMs: number, nowMs: number): (() => number) => {
  const beforeMs = Math.max(0, nowMs - atMs);
  const lookedMs = clock.monotonicMs();
  return () => beforeMs + clock.monotonicMs() - lookedMs;
};
