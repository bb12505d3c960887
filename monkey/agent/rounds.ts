import { schedule } from 'node-cron';

/**
 * Rounds by node-cron, in UTC so that no clock change of a time zone doubles or skips one.
 *
 * @param expression cron with seconds, e.g. six stars for every second
 * @param jitterMs each round is delayed by a random time up to this, so that agents do not measure in step
 */
export const cronRounds =
  (expression: string, jitterMs: number) =>
  (tick: () => void, signal: AbortSignal): void => {
    if (signal.aborted) return;
    const task = schedule(expression, tick, { timezone: 'UTC', noOverlap: true, maxRandomDelay: jitterMs });
    signal.addEventListener('abort', () => void task.destroy(), { once: true });
  };
