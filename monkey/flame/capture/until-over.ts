/** How long a capture lasts: as long as was asked, unless something ends it before. */
export interface Lasting {
  readonly wantedMs: number;
  /** What the deadline leaves for it. */
  readonly availableMs: number;
  readonly signal: AbortSignal;
  /** What is captured, or the way to it, has ended. */
  readonly ended: AbortSignal;
}

export type Over =
  | { readonly kind: 'over' }
  | { readonly kind: 'cut'; readonly because: string }
  | { readonly kind: 'ended' };

export const untilOver = ({ wantedMs, availableMs, signal, ended }: Lasting): Promise<Over> =>
  new Promise((resolve) => {
    const settle = (over: Over): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      ended.removeEventListener('abort', end);
      resolve(over);
    };
    const stop = (): void => settle({ kind: 'cut', because: 'it was stopped before its time' });
    const end = (): void => settle({ kind: 'ended' });
    const timer = setTimeout(
      () => settle(wantedMs <= availableMs ? { kind: 'over' } : { kind: 'cut', because: 'its deadline came first' }),
      Math.max(0, Math.min(wantedMs, availableMs)),
    );
    signal.addEventListener('abort', stop, { once: true });
    ended.addEventListener('abort', end, { once: true });
    if (ended.aborted) end();
    else if (signal.aborted) stop();
  });
