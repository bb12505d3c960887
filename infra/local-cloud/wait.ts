/** Resolves after `ms`, or at once when the signal aborts: whoever waits looks at the signal then. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
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
  });

/** Asks every `everyMs` until it is so, or until the deadline or the signal; tells which of them it was. */
export const until = async (
  isSo: () => boolean | Promise<boolean>,
  { deadlineMs, everyMs, signal }: { deadlineMs: number; everyMs: number; signal?: AbortSignal },
): Promise<'so' | 'too-late'> => {
  const lastMs = performance.now() + deadlineMs;
  while (signal?.aborted !== true) {
    if (await isSo()) return 'so';
    if (performance.now() >= lastMs) return 'too-late';
    await sleep(everyMs, signal);
  }
  return 'too-late';
};
