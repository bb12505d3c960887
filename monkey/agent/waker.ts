/** Rests until it is woken. A wake while nobody rests is kept for the next rest, so that none is missed. */
export interface Waker {
  readonly wake: () => void;
  readonly rest: () => Promise<void>;
}

export const newWaker = (signal: AbortSignal): Waker => {
  let woken = false;
  let end: (() => void) | undefined;
  const wake = (): void => {
    woken = true;
    end?.();
  };
  signal.addEventListener('abort', wake, { once: true });
  return {
    wake,
    rest: async () => {
      if (!woken && !signal.aborted) await new Promise<void>((resolve) => (end = resolve));
      end = undefined;
      woken = false;
    },
  };
};
