/** What each of the workers of one proxy gets of what is configured for all of them. Pure. */
import type { ProxyConfig } from '../config-schema.ts';

/** Which worker, of how many; the first one is 1. */
export interface Place {
  readonly worker: number;
  readonly of: number;
}

/** All shares together are the limit, exactly. */
export const shareOf = (limit: number, { worker, of }: Place): number =>
  Math.floor(limit / of) + (worker <= limit % of ? 1 : 0);

/**
 * What is a share of something, like `retry.share`, adds up by itself. Where there are fewer retries than workers, each
 * has one all the same: a worker with none would let requests fail that any other retries.
 */
export const configOfWorker = (config: ProxyConfig, place: Place): ProxyConfig => ({
  ...config,
  admin: 'off',
  retry: { ...config.retry, atLeast: retriesOf(config.retry.atLeast, place) },
  limits: {
    ...config.limits,
    connections: shareOf(config.limits.connections, place),
    perAddress: shareOf(config.limits.perAddress, place),
    inFlight: shareOf(config.limits.inFlight, place),
  },
});

const retriesOf = (atLeast: number, place: Place): number => (atLeast === 0 ? 0 : Math.max(1, shareOf(atLeast, place)));
