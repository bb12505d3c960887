/** Time, as everything here sees it. `monotonicMs` never jumps; times between machines come from Redis TIME. */
export interface Clock {
  /** Milliseconds of this process's own clock; only differences mean anything. */
  readonly monotonicMs: () => number;
  /** Resolves after `ms`, or at once when the signal aborts: whoever waits looks at the signal then. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end, { once: true });
    }),
};
