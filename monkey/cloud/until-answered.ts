import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import { within } from '../../pool/within.ts';
import { answerOf } from './answer.ts';

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** A try that hangs gives way to the next one. */
const oneTryMs = 5_000;

/**
 * Asks, and asks again while EC2 throttles or does not answer, until the limits are reached; then rejects with the
 * last error, not with the deadline's. Only for what reads: it may be asked many times.
 */
export const untilAnswered = async <T>(
  { clock, random, limits }: { readonly clock: Clock; readonly random: () => number; readonly limits: Limits },
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  let last: { readonly error: unknown } | undefined;
  const tries = async (signal: AbortSignal): Promise<T> => {
    for (let tried = 0; ; tried += 1) {
      try {
        return await within({ deadlineMs: oneTryMs, signal }, ask);
      } catch (error) {
        if (signal.aborted || isFinal(error)) throw error;
        last = { error };
      }
      await clock.sleep(pauseMs(tried, random), signal);
      signal.throwIfAborted();
    }
  };
  return within(limits, tries).catch((error: unknown) => {
    throw last !== undefined && !isFinal(error) ? last.error : error;
  });
};

const isFinal = (error: unknown): boolean => answerOf({ kind: 'failed', error, sent: true }).kind === 'refused';

/** Doubles with each try, up to 5 s, and is anything between half of that and all: nodes that ask in step stay in step. */
const pauseMs = (tried: number, random: () => number): number =>
  Math.min(firstPauseMs * 2 ** Math.min(tried, 10), longestPauseMs) * (0.5 + random() / 2);
