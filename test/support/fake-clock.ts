import type { Clock } from '../../pool/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly ring: () => void;
}

/** Time that passes only when a test says so, for code that waits on a Clock alone. */
export interface FakeClock extends Clock {
  /** Lets so much time pass; whoever waits is woken in order, and has done all it can before time goes on. */
  readonly pass: (ms: number) => Promise<void>;
  /** Lets time pass in steps until `done`, or fails after `mostMs`. */
  readonly passUntil: (done: () => boolean, mostMs: number, stepMs?: number) => Promise<void>;
  /** Time passes and nobody is woken: what a stopped process finds when it goes on. */
  readonly leap: (ms: number) => void;
}

export const newFakeClock = (): FakeClock => {
  let nowMs = 1_000;
  const timers = new Set<Timer>();

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const ring = (): void => {
        timers.delete(timer);
        signal?.removeEventListener('abort', ring);
        resolve();
      };
      const timer: Timer = { atMs: nowMs + Math.max(0, ms), ring };
      timers.add(timer);
      if (signal?.aborted === true) ring();
      signal?.addEventListener('abort', ring, { once: true });
    });
  const next = (untilMs: number): Timer | undefined =>
    [...timers].filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs)[0];
  const pass = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms;
    await settled();
    for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
      nowMs = Math.max(nowMs, timer.atMs);
      timer.ring();
      await settled();
    }
    nowMs = untilMs;
  };
  return {
    monotonicMs: () => nowMs,
    sleep,
    pass,
    passUntil: async (done, mostMs, stepMs = 50) => {
      for (let passedMs = 0; !done(); passedMs += stepMs) {
        if (passedMs >= mostMs) throw new Error(`not so after ${mostMs} ms of virtual time`);
        await pass(stepMs);
      }
    },
    leap: (ms) => {
      nowMs += ms;
    },
  };
};

/** All that can be done without time has been done: a few turns of the event loop, each with all its microtasks. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
