/*
 * Follows a pool: a snapshot, then the event stream from there.
 *
 * INVARIANTS
 * - Whatever breaks the chain (a gap, a reconnect, 30 s without a check) leads to a new snapshot.
 * - An unreachable Redis changes nothing that is known; an empty pool is known to be empty.
 */
import type { Clock } from './clock.ts';
import { applyEvent, lostPool, type Snapshot, snapshotOf } from './follow-step.ts';
import type { Log } from './log.ts';
import { PoolAway, type PoolStore } from './store.ts';

export interface Followed {
  /** Undefined until the pool was read for the first time. */
  readonly snapshot: Snapshot | undefined;
  /** Set while Redis can't be read. */
  readonly away: Away | undefined;
  /** Set by the last lost pool: what was known before it. Whoever routes decides how long that is of use. */
  readonly lost: Lost | undefined;
}

export interface Away {
  /** By the follower's own monotonic clock. */
  readonly sinceMs: number;
  readonly because: string;
}

export interface Lost {
  readonly sinceMs: number;
  readonly because: string;
  readonly before: Snapshot;
}

export interface FollowParts {
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for the jitter of tries while Redis is away. */
  readonly random?: () => number;
  readonly signal: AbortSignal;
  /** Called after every change, in order, and once for each time that Redis goes away or is back. */
  readonly onChange: (followed: Followed) => void;
}

export interface Follower {
  readonly current: () => Followed;
  /** Resolves when it has stopped. */
  readonly stop: () => Promise<void>;
}

const checkEveryMs = 30_000;
const blockMs = 5_000;
const viewDeadlineMs = 2_000;

export const follow = (store: PoolStore, parts: FollowParts): Follower => {
  const end = new AbortController();
  const signal = AbortSignal.any([parts.signal, end.signal]);
  let followed: Followed = { snapshot: undefined, away: undefined, lost: undefined };
  const set = (change: Partial<Followed>): void => {
    followed = { ...followed, ...change };
    parts.onChange(followed);
  };
  const ended = run(store, { ...parts, signal }, () => followed, set);
  return {
    current: () => followed,
    stop: async () => {
      end.abort();
      await ended;
    },
  };
};

type Set = (change: Partial<Followed>) => void;

const run = async (store: PoolStore, parts: FollowParts, now: () => Followed, set: Set): Promise<void> => {
  const { clock, random = Math.random, signal } = parts;
  let pauseMs = 50;
  while (!signal.aborted) {
    try {
      await takeSnapshot(store, parts, now, set);
      pauseMs = 50;
      await applyEvents(store, parts, now, set);
    } catch (error) {
      if (!(error instanceof PoolAway)) throw error;
      if (signal.aborted) return;
      goneAway(error, parts, now, set);
      await clock.sleep(pauseMs * (0.5 + random()), signal);
      pauseMs = Math.min(pauseMs * 2, 1_000);
    }
  }
};

const takeSnapshot = async (store: PoolStore, parts: FollowParts, now: () => Followed, set: Set): Promise<void> => {
  const { clock, log, signal } = parts;
  const read = snapshotOf(await store.view({ deadlineMs: viewDeadlineMs, signal }));
  const { snapshot: known, away } = now();
  if (away !== undefined)
    log.info('pool-back', { pool: store.name, awayMs: Math.round(clock.monotonicMs() - away.sinceMs) });
  const because = lostPool(known, read);
  if (because === undefined || known === undefined) {
    const same = away === undefined && known?.head === read.head && known.version === read.version;
    if (!same || known?.epoch !== read.epoch) set({ snapshot: read, away: undefined });
    return;
  }
  log.error('pool-lost', { pool: store.name, because });
  set({ snapshot: read, away: undefined, lost: { sinceMs: clock.monotonicMs(), because, before: known } });
};

/** Applies events until the chain breaks or it is time for a check. */
const applyEvents = async (store: PoolStore, parts: FollowParts, now: () => Followed, set: Set): Promise<void> => {
  const { clock, log, signal } = parts;
  const checkAtMs = clock.monotonicMs() + checkEveryMs;
  while (!signal.aborted && clock.monotonicMs() < checkAtMs) {
    const { snapshot } = now();
    if (snapshot === undefined) return;
    const events = await store.events(snapshot.version, blockMs, { deadlineMs: blockMs + viewDeadlineMs, signal });
    for (const event of events) {
      const applied = applyEvent(now().snapshot ?? snapshot, event);
      if (applied.kind === 'resync') {
        log.info('pool-resync', { pool: store.name, because: applied.because });
        return;
      }
      set({ snapshot: applied.snapshot });
    }
  }
};

const goneAway = (error: PoolAway, { clock, log }: FollowParts, now: () => Followed, set: Set): void => {
  if (now().away !== undefined) return;
  log.warn('pool-away', { because: error.message });
  set({ away: { sinceMs: clock.monotonicMs(), because: error.message } });
};
