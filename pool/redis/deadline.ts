import type { Clock } from '../clock.ts';
import type { Limits } from '../store.ts';

/** The end of a call's patience. Whoever makes one ends it, so that no timer stays behind. */
export interface Deadline {
  /** Resolves when the time is over or the signal aborts. */
  readonly passed: Promise<void>;
  readonly aborted: () => boolean;
  readonly leftMs: () => number;
  /** `what`, with why it ended. */
  readonly why: (what: string) => string;
  readonly end: () => void;
}

/** Does the work with a deadline that ends with it. */
export const under = async <T>(limits: Limits, clock: Clock, work: (deadline: Deadline) => Promise<T>): Promise<T> => {
  const deadline = deadlineOf(limits, clock);
  try {
    return await work(deadline);
  } finally {
    deadline.end();
  }
};

export const deadlineOf = ({ deadlineMs, signal }: Limits, clock: Clock): Deadline => {
  const startedMs = clock.monotonicMs();
  const ended = new AbortController();
  const aborted = (): boolean => signal?.aborted === true;
  const stop = (): void => ended.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (aborted()) stop();
  return {
    passed: clock.sleep(Math.max(0, deadlineMs), ended.signal),
    aborted,
    leftMs: () => (aborted() ? 0 : Math.max(0, deadlineMs - (clock.monotonicMs() - startedMs))),
    why: (what) => (aborted() ? `${what}, the caller gave up` : `${what} within ${Math.round(deadlineMs)} ms`),
    end: () => {
      signal?.removeEventListener('abort', stop);
      stop();
    },
  };
};
