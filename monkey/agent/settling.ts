import type { AgentParts, Self } from './parts.ts';

/** An inspector that was asked for opens within moments, or belongs to a process that hardly runs. */
const settleMs = 2_000;

/** Waits a moment for inspectors that may still open because of us: once we are gone nobody would close them. */
export const settle = async (
  { profiler, clock, log }: Pick<AgentParts, 'profiler' | 'clock' | 'log'>,
  { id }: Pick<Self, 'id'>,
): Promise<void> => {
  if (profiler?.settled === undefined) return;
  const done = new AbortController();
  const late = clock
    .sleep(settleMs, done.signal)
    .then(() => ['a process may open its inspector yet: whoever is on this machine may use it']);
  try {
    for (const because of await Promise.race([profiler.settled().catch(() => []), late]))
      log.warn('inspector-left-open', { node: id, because });
  } finally {
    done.abort();
  }
};
