/** What commands on a pool share: a store that is open while they work, and a deadline for all of it. */
import { systemClock } from '../../pool/clock.ts';
import { type Log, silentLog } from '../../pool/log.ts';
import { type Limits, PoolAway, PoolDenied, type PoolStore } from '../../pool/store.ts';
import type { HowRead, Io } from './command.ts';
import type { Instead, PoolOptions } from './pool-options.ts';
import { redisPlace } from './redis-place.ts';
import { configOf } from './settings.ts';

/** Commands end within 3 s where Redis is away; this much of it is for asking. */
const askForMs = 1_500;

export interface OpenPool {
  readonly store: PoolStore;
  /** What is left of the time for asking. Every call of one command shares it. */
  readonly limits: () => Limits;
}

/** Opens the pool of the options, does something with it, and closes it however that ends. */
export const withPool = async <T>(
  io: Io,
  options: PoolOptions & Instead,
  use: (pool: OpenPool) => Promise<T>,
  how: HowRead = {},
): Promise<T> => {
  const { pool: access } = await configOf(io, options);
  const startedMs = systemClock.monotonicMs();
  let cause: unknown;
  const log = { ...silentLog, warn: (_event, fields) => (cause = fields?.['cause']) } satisfies Log;
  const store = await io.openPool(access, log, how);
  const limits = (): Limits => ({
    deadlineMs: Math.max(1, askForMs - (systemClock.monotonicMs() - startedMs)),
    signal: io.signal,
  });
  try {
    return await use({ store, limits });
  } catch (error) {
    if (error instanceof PoolDenied) throw error;
    if (error instanceof PoolAway)
      throw new PoolAway(awayText(redisPlace(access.redis), error, cause), { cause: error });
    throw error;
  } finally {
    await store.close();
  }
};

/** What the connection last complained of says more than that there was none. */
const awayText = (place: string, { message }: PoolAway, cause: unknown): string =>
  `Redis at ${place} is away: ${typeof cause === 'string' ? cause : message.replace(/^the pool is away: /, '')}`;
