import type { Clock } from '../../pool/clock.ts';

/** A clock that stands still until it is told, or somebody sleeps: then all of that time has passed at once. */
export interface ManualClock extends Clock {
  readonly advance: (ms: number) => void;
  readonly slept: () => readonly number[];
}

export const manualClock = (): ManualClock => {
  let nowMs = 1_000;
  const slept: number[] = [];
  return {
    monotonicMs: () => nowMs,
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) return;
      slept.push(ms);
      nowMs += ms;
    },
    advance: (ms) => {
      nowMs += ms;
    },
    slept: () => slept,
  };
};
