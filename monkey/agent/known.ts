/*
 * What the agent remembers of the pool between its steps: nothing that a restart may not lose.
 *
 * INVARIANTS
 * - A pool with another epoch, or with a lower version, is a lost pool: remembered with its time, so that nobody is
 *   treated for a while, and with our record as it was before.
 * - A break in reading starts all ages anew: nobody is found silent from what was not watched.
 * - A session that was committed to our record after ours is another living agent; one from before ours is only what a
 *   lost pool has brought back.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';
import type { NodeRecord } from '../../pool/record.ts';
import type { Self } from './parts.ts';

export interface PoolRead {
  readonly epoch: string | undefined;
  /** Absent where only a beat was answered. */
  readonly version?: number;
  readonly record: NodeRecord | undefined;
}

export interface Known {
  /** Compares what was just read with what was known. */
  readonly read: (pool: PoolRead) => void;
  /** Milliseconds since the pool was found lost; undefined: it never was. */
  readonly sinceLostPoolMs: () => number | undefined;
  /** For how long the pool was read without a break, in milliseconds. */
  readonly watchedMs: () => number;
  /** Our record as it was when the pool was found lost, until we have joined again. */
  readonly beforeLoss: () => NodeRecord | undefined;
  /** Has a human dropped our record after we had left? Then we come back only with the next start. */
  readonly isForgotten: () => boolean;
  /** Our session stands in the record since this version of the pool. */
  readonly joined: (version: number) => void;
  /** Has another living agent taken this record over since we joined? */
  readonly isTakenOver: (record: NodeRecord) => boolean;
}

export const newKnown = (self: Self, clock: Clock, log: Log): Known => {
  let epoch: string | undefined;
  let version = 0;
  let lostAtMs: number | undefined;
  let ours: NodeRecord | undefined;
  let beforeLoss: NodeRecord | undefined;
  let joinedAt: number | undefined;
  let forgotten = false;
  const reading = newReading(clock);

  const lose = (pool: PoolRead): void => {
    lostAtMs = clock.monotonicMs();
    beforeLoss = ours ?? beforeLoss;
    joinedAt = undefined;
    log.error('pool-lost', { node: self.id, epoch, found: pool.epoch, version, foundVersion: pool.version });
  };

  return {
    read: (pool) => {
      reading.happened();
      const otherEpoch = epoch !== undefined && pool.epoch !== epoch;
      const lower = pool.version !== undefined && pool.epoch === epoch && pool.version < version;
      if (otherEpoch || lower) lose(pool);
      // An empty pool has no identity to remember: the next one that has is not another.
      epoch = pool.epoch;
      version = otherEpoch || lower ? (pool.version ?? 0) : Math.max(version, pool.version ?? 0);
      forgotten = pool.record === undefined && !otherEpoch && !lower && (forgotten || isLeaving(ours));
      ours = pool.record?.session === self.session ? pool.record : undefined;
    },
    sinceLostPoolMs: () => (lostAtMs === undefined ? undefined : clock.monotonicMs() - lostAtMs),
    watchedMs: reading.unbrokenMs,
    beforeLoss: () => beforeLoss,
    isForgotten: () => forgotten,
    joined: (since) => {
      joinedAt = since;
      beforeLoss = undefined;
    },
    isTakenOver: (record) => record.session !== self.session && joinedAt !== undefined && record.version > joinedAt,
  };
};

const isLeaving = (record: NodeRecord | undefined): boolean => record?.state === 'left' || record?.purpose === 'leave';

/** More than this between two reads is a break: what happened in between nobody has seen. */
const breakMs = 5_000;

const newReading = (clock: Clock) => {
  let sinceMs = clock.monotonicMs();
  let lastMs = sinceMs;
  return {
    happened: (): void => {
      const nowMs = clock.monotonicMs();
      if (nowMs - lastMs > breakMs) sinceMs = nowMs;
      lastMs = nowMs;
    },
    unbrokenMs: () => lastMs - sinceMs,
  };
};
