/*
 * What the agent remembers between its steps: nothing that a restart may not lose.
 *
 * INVARIANTS
 * - A pool with another epoch, or with a lower version, is a lost pool: remembered with its time, so that nobody is
 *   treated for a while.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';

export interface PoolIdentity {
  readonly epoch: string | undefined;
  readonly version?: number;
}

export interface Known {
  /** Compares what was just read with what was known. */
  readonly read: (pool: PoolIdentity) => void;
  /** Milliseconds since the pool was found lost; undefined: it never was. */
  readonly sinceLostPoolMs: () => number | undefined;
}

export const newKnown = (clock: Clock, log: Log): Known => {
  let epoch: string | undefined;
  let version = 0;
  let lostAtMs: number | undefined;
  return {
    read: (pool) => {
      const otherEpoch = epoch !== undefined && pool.epoch !== epoch;
      const lower = pool.version !== undefined && pool.epoch === epoch && pool.version < version;
      if (otherEpoch || lower) {
        lostAtMs = clock.monotonicMs();
        log.error('pool-lost', { epoch, found: pool.epoch, version, foundVersion: pool.version });
      }
      // An empty pool has no identity to remember: what is kept is the last one that had.
      epoch = pool.epoch ?? (otherEpoch ? undefined : epoch);
      version = otherEpoch || lower ? (pool.version ?? 0) : Math.max(version, pool.version ?? 0);
    },
    sinceLostPoolMs: () => (lostAtMs === undefined ? undefined : clock.monotonicMs() - lostAtMs),
  };
};
