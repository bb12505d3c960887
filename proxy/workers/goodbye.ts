/*
 * Says good-bye to the pool for workers that could not do it themselves, so that no drain waits for the dead.
 *
 * INVARIANT: it is said only after the kernel has closed all connections of the worker: what it had in flight is over.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';
import type { PoolStore } from '../../pool/store.ts';

export interface GoodbyeParts {
  readonly pools: readonly Pick<PoolStore, 'name' | 'forgetRouter'>[];
  readonly clock: Clock;
  readonly log: Log;
}

const deadlineMs = 2_000;
/** Its last report may have waited in a socket of Redis while it died, and stand there after the first good-bye. */
const againAfterMs = 1_000;
/** By then a controller has forgotten it. */
const givenUpAfterMs = 600_000;

/**
 * Resolves once every pool has forgotten it, or the signal ends the trying; never rejects.
 *
 * @param times 1: its last report was heard before it ended
 */
export const sayGoodbye = async (
  router: string,
  parts: GoodbyeParts,
  signal: AbortSignal,
  times: 1 | 2 = 2,
): Promise<void> => {
  const { pools, clock, log } = parts;
  const untilMs = clock.monotonicMs() + givenUpAfterMs;
  const from = async ({ name, forgetRouter }: GoodbyeParts['pools'][number]): Promise<void> => {
    let [said, isTold] = [0, false];
    while (said < times && clock.monotonicMs() < untilMs) {
      try {
        await forgetRouter(router, { deadlineMs, signal });
        said += 1;
      } catch (error) {
        if (!isTold) log.warn('worker-not-forgotten', { router, pool: name, because: messageOf(error) });
        isTold = true;
      }
      if (signal.aborted) return;
      if (said < times) await clock.sleep(againAfterMs, signal);
    }
  };
  await Promise.all(pools.map((pool) => from({ name: pool.name, forgetRouter: pool.forgetRouter.bind(pool) })));
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
