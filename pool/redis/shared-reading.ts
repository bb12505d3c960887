/*
 * One reading for many who want it at once: agents of one process, the lanes of a controller.
 *
 * INVARIANTS
 * - Who asks gets what was read after it had asked, never the answer to a question that was under way by then.
 * - While a reading is under way, one more is wanted at the most, and all who ask meanwhile share it.
 * - Each waits within its own limits: a reading lasts as long as the most patient of those who wait for it, and ends
 *   early only where all of them have given up.
 */
import type { Clock } from '../clock.ts';
import { type Limits, PoolAway } from '../store.ts';
import { type Deadline, deadlineOf } from './deadline.ts';

type Read<T> = (limits: Limits) => Promise<T>;

/** The same reading, shared; `read` must end within its limits. */
export const sharedReading = <T>(read: Read<T>, clock: Clock): Read<T> => {
  let isReading = false;
  let next: Shared<T> | undefined;
  const begin = (): void => {
    if (isReading || next === undefined) return;
    const begun = next;
    next = undefined;
    if (!begun.isWanted()) return;
    isReading = true;
    begun.read(read, () => {
      isReading = false;
      begin();
    });
  };
  return async (limits) => {
    const deadline = deadlineOf(limits, clock);
    next ??= newShared(clock);
    const shared = next;
    const leave = shared.join(deadline, limits.signal);
    begin();
    try {
      return await Promise.race([shared.result, givenUp(deadline, shared)]);
    } finally {
      leave();
      deadline.end();
    }
  };
};

/** A reading that ends at the same deadline knows better why there is no answer. */
const givenUp = async <T>(deadline: Deadline, shared: Shared<T>): Promise<T> => {
  await deadline.passed;
  if (!deadline.aborted() && shared.isEnding()) return shared.result;
  throw new PoolAway(`the pool is away: ${deadline.why('no answer')}`);
};

/** Two timers that were set for the same deadline, one after the other, are no further apart than this. */
const sameDeadlineMs = 5;

/** A reading that several wait for. */
interface Shared<T> {
  readonly result: Promise<T>;
  /** Returns what to call when this asker waits no more. */
  readonly join: (deadline: Deadline, signal: AbortSignal | undefined) => () => void;
  readonly isWanted: () => boolean;
  /** It is over, or its own deadline passes now as well. */
  readonly isEnding: () => boolean;
  readonly read: (read: Read<T>, over: () => void) => void;
}

const newShared = <T>(clock: Clock): Shared<T> => {
  const waiting = new Set<Deadline>();
  const unwanted = new AbortController();
  let endsAtMs = Number.POSITIVE_INFINITY;
  let settle: (reading: Promise<T>) => void = () => undefined;
  const result = new Promise<T>((resolve) => {
    settle = resolve;
  });
  // All who wait for it may have given up by the time it fails.
  result.catch(() => undefined);
  return {
    result,
    join: (deadline, signal) => {
      waiting.add(deadline);
      const leave = (): void => {
        waiting.delete(deadline);
        signal?.removeEventListener('abort', leave);
        if (waiting.size === 0) unwanted.abort();
      };
      signal?.addEventListener('abort', leave, { once: true });
      return leave;
    },
    isWanted: () => [...waiting].some((deadline) => deadline.leftMs() > 0),
    isEnding: () => clock.monotonicMs() >= endsAtMs - sameDeadlineMs,
    read: (read, over) => {
      const deadlineMs = Math.max(...[...waiting].map((deadline) => deadline.leftMs()));
      endsAtMs = clock.monotonicMs() + deadlineMs;
      const reading = read({ deadlineMs, signal: unwanted.signal });
      settle(
        reading.finally(() => {
          endsAtMs = Number.NEGATIVE_INFINITY;
          over();
        }),
      );
    },
  };
};
