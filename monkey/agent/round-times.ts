/*
 * When rounds came, and when the last one came to an end: what was measured long ago is not told as what is.
 *
 * INVARIANTS
 * - A round is old after three of the longest pauses that were lately seen between two that were due, and never before
 *   {@link leastMs}: rounds come as the configuration says, every second or every ten minutes.
 * - Ages are by the monotonic clock.
 */
import type { Clock } from '../../pool/clock.ts';

const leastMs = 90_000;
/** A pause of a machine that slept is forgotten after so many others. */
const pausesKept = 8;

export interface RoundTimes {
  readonly due: () => void;
  readonly ended: () => void;
  /** The age of the last round where it is too old to tell of; undefined where it is not, or where none was made. */
  readonly oldMs: () => number | undefined;
}

export const newRoundTimes = (clock: Pick<Clock, 'monotonicMs'>): RoundTimes => {
  let pausesMs: readonly number[] = [];
  let dueAtMs: number | undefined;
  let endedAtMs: number | undefined;
  return {
    due: () => {
      const nowMs = clock.monotonicMs();
      if (dueAtMs !== undefined) pausesMs = [...pausesMs, nowMs - dueAtMs].slice(-pausesKept);
      dueAtMs = nowMs;
    },
    ended: () => {
      endedAtMs = clock.monotonicMs();
    },
    oldMs: () => {
      const ageMs = endedAtMs === undefined ? 0 : clock.monotonicMs() - endedAtMs;
      return ageMs > Math.max(leastMs, 3 * Math.max(0, ...pausesMs)) ? ageMs : undefined;
    },
  };
};
