import type { Clock } from '../../pool/clock.ts';

/** A clock whose time passes only while a test runs it; whoever sleeps wakes in the order of the deadlines. */
export interface VirtualClock extends Clock {
  /** Lets so much time pass. */
  readonly run: (ms: number) => Promise<void>;
  /** Lets time pass until this is true; throws where it is not within `atMostMs`. */
  readonly until: (done: () => boolean | Promise<boolean>, atMostMs: number, what?: string) => Promise<void>;
  /** Time passes and nobody is woken: what a stopped process finds when it goes on. */
  readonly leap: (ms: number) => void;
  /** Sleepers by now. */
  readonly sleeping: () => number;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export const virtualClock = (): VirtualClock => {
  let nowMs = 0;
  const sleepers = new Set<Sleeper>();

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = (): void => {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { atMs: nowMs + Math.max(0, ms), wake };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });

  /** All that follows from what has happened so far is promises, so one turn of the event loop is enough. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  const stepTo = async (endMs: number): Promise<void> => {
    await settle();
    const next = [...sleepers].reduce<Sleeper | undefined>(
      (first, one) => (first === undefined || one.atMs < first.atMs ? one : first),
      undefined,
    );
    if (next === undefined || next.atMs > endMs) nowMs = endMs;
    else {
      nowMs = Math.max(nowMs, next.atMs);
      next.wake();
    }
  };

  return {
    monotonicMs: () => nowMs,
    sleep,
    sleeping: () => sleepers.size,
    leap: (ms) => {
      nowMs += ms;
    },
    run: async (ms) => {
      const endMs = nowMs + ms;
      while (nowMs < endMs) await stepTo(endMs);
      await settle();
    },
    until: async (done, atMostMs, what = 'what was awaited') => {
      const endMs = nowMs + atMostMs;
      for (;;) {
        await settle();
        if (await done()) return;
        if (nowMs >= endMs) throw new Error(`${what} did not happen within ${atMostMs} ms`);
        await stepTo(endMs);
      }
    },
  };
};
