/*
 * Follows a pool: a snapshot first, then its event stream.
 *
 * INVARIANTS
 * - What is known is never thrown away: while Redis is away, and when the pool behind it was lost, the last nodes stay.
 * - An empty pool (a snapshot without nodes), a Redis that cannot be reached (`away`) and a pool that was lost (`lost`)
 *   are told apart at any time.
 * - A new snapshot is taken after every break of the connection, on every gap in the stream, and every 30 s.
 */
import type { Clock } from './clock.ts';
import { applyEvents, type Loss, lossBetween, type Snapshot, snapshotOf } from './follow-step.ts';
import type { Log } from './log.ts';
import type { Limits, PoolStore } from './store.ts';

/** What is known of the pool now. Times are of this process's monotonic clock. */
export interface Followed {
  /** Undefined until the pool was read for the first time. */
  readonly snapshot: Snapshot | undefined;
  /** When the pool was last read, or heard of; undefined: never. */
  readonly heardMs: number | undefined;
  /** Set while Redis cannot be reached. */
  readonly away: { readonly sinceMs: number; readonly because: string } | undefined;
  /**
   * Set once the pool was lost: `snapshot` is of the one there is now, `before` of the one that was. It stays set; a
   * second loss renews it. How long the old members count is for the caller to decide.
   */
  readonly lost: { readonly sinceMs: number; readonly loss: Loss; readonly before: Snapshot } | undefined;
}

export interface FollowOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal?: AbortSignal;
  readonly onChange: (followed: Followed) => void;
  /** How long without a new snapshot at the most; 30 s unless told. */
  readonly checkEveryMs?: number;
  /** How long one call to the store may take; 2 s unless told. */
  readonly callMs?: number;
}

export interface Follower {
  readonly current: () => Followed;
  /** Ends following; resolves once nothing of it runs any more. */
  readonly stop: () => Promise<void>;
}

const blockMs = 5_000;
const shortestPauseMs = 50;
const longestPauseMs = 1_000;

export const follow = (store: PoolStore, options: FollowOptions): Follower => {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted === true) end();
  let followed: Followed = { snapshot: undefined, heardMs: undefined, away: undefined, lost: undefined };
  const tell = (next: Followed): void => {
    const changed = next.snapshot !== followed.snapshot || next.away !== followed.away || next.lost !== followed.lost;
    followed = next;
    if (changed) told(store.name, options, next);
  };
  const running = run(store, options, ending.signal, () => followed, tell);
  return {
    current: () => followed,
    stop: async () => {
      options.signal?.removeEventListener('abort', end);
      end();
      await running;
    },
  };
};

/** A listener that fails must not end the following. */
const told = (pool: string, { log, onChange }: FollowOptions, followed: Followed): void => {
  try {
    onChange(followed);
  } catch (error) {
    log.error('follower-listener-failed', { pool, error: reason(error) });
  }
};

const run = async (
  store: PoolStore,
  options: FollowOptions,
  signal: AbortSignal,
  current: () => Followed,
  tell: (next: Followed) => void,
): Promise<void> => {
  const { clock, log, checkEveryMs = 30_000, callMs = 2_000 } = options;
  const rest = pauses(clock, signal);
  const over = (): boolean => signal.aborted;
  let checkAtMs = 0;
  let brokenSinceMs: number | undefined;
  while (!over()) {
    try {
      if (current().snapshot === undefined || clock.monotonicMs() >= checkAtMs) {
        tell(await checked(store, { deadlineMs: callMs, signal }, current(), options));
        checkAtMs = clock.monotonicMs() + checkEveryMs;
      }
      brokenSinceMs = undefined;
      const waitMs = Math.min(blockMs, Math.max(1, checkAtMs - clock.monotonicMs()));
      const next = await heard(store, waitMs, { deadlineMs: waitMs + callMs, signal }, current(), options);
      if (next.kind === 'next') {
        rest.reset();
        tell(next.followed);
        continue;
      }
      log.warn('follower-resyncs', { pool: store.name, because: next.because });
    } catch (error) {
      if (over()) return;
      // One broken call may be a connection that is made anew; a second one, the snapshot after it, is an outage.
      if (brokenSinceMs !== undefined || current().away !== undefined || current().snapshot === undefined)
        tell(away(current(), error, brokenSinceMs ?? clock.monotonicMs()));
      brokenSinceMs ??= clock.monotonicMs();
    }
    checkAtMs = 0;
    await rest.pause();
  }
};

/** A first break costs next to nothing; breaks in a row are met with growing pauses. */
const pauses = (clock: Clock, signal: AbortSignal) => {
  let pauseMs = 0;
  return {
    reset: () => {
      pauseMs = 0;
    },
    pause: async () => {
      if (pauseMs > 0) await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, pauseMs * 2));
    },
  };
};

/** What is known after a new snapshot. */
const checked = async (
  store: PoolStore,
  limits: Limits,
  before: Followed,
  { clock, log }: FollowOptions,
): Promise<Followed> => {
  const snapshot = snapshotOf(await store.view(limits));
  const heardMs = clock.monotonicMs();
  if (before.away !== undefined)
    log.info('follower-back', { pool: store.name, awayForMs: Math.round(heardMs - before.away.sinceMs) });
  const loss = lossBetween(before.snapshot, snapshot);
  const next = { snapshot, heardMs, away: undefined, lost: before.lost };
  if (loss === undefined || before.snapshot === undefined) return next;
  log.error('pool-lost', { pool: store.name, loss, epoch: before.snapshot.epoch, now: snapshot.epoch });
  return { ...next, lost: { sinceMs: heardMs, loss, before: lastKnown(before.snapshot, before.lost) } };
};

/** A pool that is lost again before anyone has joined it is no memory worth keeping: the one before it is. */
const lastKnown = (snapshot: Snapshot, lost: Followed['lost']): Snapshot =>
  snapshot.nodes.size === 0 && lost !== undefined ? lost.before : snapshot;

type Heard =
  | { readonly kind: 'next'; readonly followed: Followed }
  | { readonly kind: 'resync'; readonly because: string };

/** What is known after the next events. */
const heard = async (
  store: PoolStore,
  waitMs: number,
  limits: Limits,
  before: Followed,
  { clock }: FollowOptions,
): Promise<Heard> => {
  if (before.snapshot === undefined) return { kind: 'resync', because: 'there is no snapshot' };
  const events = await store.events(before.snapshot.version, waitMs, limits);
  const heardMs = clock.monotonicMs();
  if (events.length === 0) return { kind: 'next', followed: { ...before, heardMs } };
  const step = applyEvents(before.snapshot, events);
  return step.kind === 'resync' ? step : { kind: 'next', followed: { ...before, snapshot: step.snapshot, heardMs } };
};

const away = (before: Followed, error: unknown, sinceMs: number): Followed => {
  const because = reason(error);
  return before.away?.because === because
    ? before
    : { ...before, away: { sinceMs: before.away?.sinceMs ?? sinceMs, because } };
};

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
