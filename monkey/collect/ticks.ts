/*
 * When rounds begin: at fixed ticks of a monotonic clock.
 *
 * INVARIANTS
 * - Rounds do not overlap. One that takes longer than the interval costs the ticks that it has missed; the next begins at
 *   the next tick, so that the values stand at even distances in every graph.
 * - The first begins at once. After the signal none begins.
 */
import type { Clock } from '../../pool/clock.ts';

export interface Ticks {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A round took so long that so many ticks passed without one. */
  readonly onLate: (late: Late) => void;
}

export interface Late {
  readonly tookMs: number;
  readonly missedTicks: number;
}

/** Resolves at the signal, after the round that is under way then; that one hears the same signal. */
export const eachTick = async (
  round: () => Promise<void>,
  { intervalMs, clock, signal, onLate }: Ticks,
): Promise<void> => {
  const firstMs = clock.monotonicMs();
  let tick = 0;
  while (!signal.aborted) {
    const startedMs = clock.monotonicMs();
    await round();
    const endedMs = clock.monotonicMs();
    const next = Math.max(tick + 1, Math.ceil((endedMs - firstMs) / intervalMs));
    const missedTicks = next - tick - 1;
    if (missedTicks > 0 && !isAborted(signal)) onLate({ tookMs: endedMs - startedMs, missedTicks });
    tick = next;
    await clock.sleep(Math.max(0, firstMs + tick * intervalMs - endedMs), signal);
  }
};

/** A signal changes while we wait, which the compiler can't know. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
