import { schedule } from 'node-cron';

/** A round missed on a machine without CPU is no news, and stdout is not for logs. */
const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

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
    const options = { timezone: 'UTC', noOverlap: true, maxRandomDelay: jitterMs, logger: noLog };
    const task = schedule(expression, tick, options);
    signal.addEventListener('abort', () => void task.destroy(), { once: true });
  };
