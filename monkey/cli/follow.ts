/*
 * Follows the pool's events from a view on, for as long as it is let.
 *
 * INVARIANTS
 * - No event is told twice or left out unsaid: where the chain breaks, a fresh view is told instead.
 * - While Redis is away it is asked again, and told once for each outage.
 */
import type { Clock } from '../../pool/clock.ts';
import type { PoolEvent } from '../../pool/commit.ts';
import { PoolAway, type PoolStore } from '../../pool/store.ts';
import type { PoolView } from '../../pool/view.ts';
import { viewWithWholeBeats } from '../../pool/whole-beats.ts';

export interface Teller {
  readonly view: (view: PoolView) => void;
  readonly event: (event: PoolEvent) => void;
  readonly away: (because: string) => void;
}

const blockMs = 1_000;
const oneCallMs = 2_500;
const pauseMs = 500;

export interface FollowOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How often a fresh view is taken although the chain of events stands: a pool that was lost sends no events. */
  readonly refreshMs: number;
  /** Tells of a fresh view also where nothing has happened. */
  readonly tellUnchanged: boolean;
}

/** Where the chain of events stands. */
interface Place {
  readonly epoch: string | undefined;
  readonly version: number;
  readonly head: string;
}

/** Ends when the signal aborts. `first` has been told already. */
export const follow = async (
  store: PoolStore,
  first: PoolView,
  teller: Teller,
  options: FollowOptions,
): Promise<void> => {
  const { clock, signal, tellUnchanged } = options;
  let place: Place = first;
  let away = false;
  const over = (): boolean => signal.aborted;
  while (!over()) {
    try {
      if (!away) place = await untilStale(store, place, teller, options);
      if (over()) return;
      const view = await viewWithWholeBeats(store, { deadlineMs: oneCallMs, signal });
      if (tellUnchanged || away || !same(view, place)) teller.view(view);
      place = view;
      away = false;
    } catch (error) {
      if (!(error instanceof PoolAway)) throw error;
      if (over()) return;
      if (!away) teller.away(error.message);
      away = true;
      await clock.sleep(pauseMs, signal);
    }
  }
};

const same = (one: Place, other: Place): boolean =>
  one.epoch === other.epoch && one.version === other.version && one.head === other.head;

/** Tells events until a fresh view is due, the chain breaks, or the signal aborts; returns where it got to. */
const untilStale = async (
  store: PoolStore,
  from: Place,
  teller: Teller,
  { clock, signal, refreshMs }: FollowOptions,
): Promise<Place> => {
  const startedMs = clock.monotonicMs();
  let place = from;
  while (!signal.aborted && clock.monotonicMs() - startedMs < refreshMs) {
    const limits = { deadlineMs: blockMs + oneCallMs, signal };
    for (const event of await store.events(place.version, Math.min(blockMs, refreshMs), limits)) {
      const { epoch, version, commit, previous } = event;
      if (previous !== place.head || epoch !== (place.epoch ?? epoch)) return place;
      teller.event(event);
      place = { epoch, version, head: commit };
    }
  }
  return place;
};
