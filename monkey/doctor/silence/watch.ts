/*
 * What a watcher knows of its own watching: silence counts only while it has read Redis without a break.
 *
 * INVARIANTS
 * - A failed read, a pause between two reads of more than `breakMs`, another epoch or a lower version, and Redis TIME
 *   that moved more than `jumpMs` otherwise than the watcher's monotonic clock: each starts all ages again.
 * - A lost pool is remembered for as long as nobody may be treated because of it, and has one name for all watchers.
 */
import type { PoolView } from '../../../pool/view.ts';
import { type RoutingSpells, spellsAfter } from './routing-spells.ts';

/** More than this between two reads is a break: what happened in between nobody has seen. */
const breakMs = 5_000;
/** Redis TIME and the watcher's clock may differ by this much over a whole watch. */
const jumpMs = 5_000;

/** One moment by both clocks, in milliseconds. */
interface Moment {
  readonly redisMs: number;
  readonly monotonicMs: number;
}

export interface Watch {
  /** The pool that was read last. */
  readonly known?: { readonly epoch: string | undefined; readonly version: number };
  /** Read without a break from `since` to `last`; absent: nothing was read since the last break. */
  readonly unbroken?: { readonly since: Moment; readonly last: Moment };
  readonly lostPool?: LostPool;
  /** Routers whose entries cannot be read, and since when (Redis TIME); absent: there are none. */
  readonly unreadRouters?: ReadonlyMap<string, number>;
  /** Lost nodes whose agents beat all the same, and since when that has been seen (Redis TIME); absent: there are none. */
  readonly heardAgain?: ReadonlyMap<string, number>;
  /** What routers do about nodes that fail requests; absent: nothing, and nothing lately. */
  readonly routing?: RoutingSpells;
  /** Why the ages began again with the last read, for the log. */
  readonly restarted?: string;
}

export interface LostPool {
  /** Made from what every watcher of the same loss sees alike, so that it is told once. */
  readonly name: string;
  readonly because: string;
  readonly sinceMonotonicMs: number;
}

export const newWatch: Watch = {};

/** The watch after a read that failed, was late or answered nonsense. */
export const afterBreak = ({ known, lostPool }: Watch): Watch => ({
  ...(known === undefined ? {} : { known }),
  ...(lostPool === undefined ? {} : { lostPool }),
});

/** The watch after a view was read; `monotonicMs` is the watcher's own clock at that moment. */
export const afterRead = (watch: Watch, view: PoolView, monotonicMs: number): Watch => {
  const now: Moment = { redisMs: view.nowMs, monotonicMs };
  const lostPool = lossSeen(watch, view, monotonicMs);
  const restarted = lostPool === watch.lostPool ? breakSeen(watch, now) : lostPool?.because;
  const since = restarted === undefined ? (watch.unbroken?.since ?? now) : now;
  const unreadRouters = routersUnread(watch, view);
  const before = restarted === undefined ? watch : newWatch;
  const heardAgain = lostButHeard(before, view);
  const routing = spellsAfter(before.routing, view);
  return {
    known: { epoch: view.epoch, version: view.version },
    unbroken: { since, last: now },
    ...(lostPool === undefined ? {} : { lostPool }),
    ...(restarted === undefined ? {} : { restarted }),
    ...(unreadRouters.size === 0 ? {} : { unreadRouters }),
    ...(heardAgain.size === 0 ? {} : { heardAgain }),
    ...(routing.size === 0 ? {} : { routing }),
  };
};

/** Once heard, for as long as it is lost: between two beats it is as quiet as the pause of its agent is long. */
const lostButHeard = ({ heardAgain }: Watch, { nodes, seen, nowMs }: PoolView): ReadonlyMap<string, number> =>
  new Map(
    [...nodes.values()].flatMap(({ id, state, sinceMs }) => {
      const isHeard = state === 'lost' && (seen.get(id) ?? Number.NEGATIVE_INFINITY) > sinceMs;
      return isHeard ? [[id, heardAgain?.get(id) ?? nowMs] as const] : [];
    }),
  );

const routersUnread = ({ unreadRouters }: Watch, { garbage, nowMs }: PoolView): ReadonlyMap<string, number> =>
  new Map(
    garbage.flatMap(({ key, field }) =>
      key.endsWith(':routers') && field !== undefined ? [[field, unreadRouters?.get(field) ?? nowMs] as const] : [],
    ),
  );

const breakSeen = ({ unbroken }: Watch, now: Moment): string | undefined => {
  if (unbroken === undefined) return undefined;
  const pausedMs = now.monotonicMs - unbroken.last.monotonicMs;
  if (pausedMs > breakMs) return `nothing was read for ${Math.round(pausedMs)} ms`;
  // Against the read before, for one leap, and against the first, for many small ones.
  const leaptMs = [unbroken.last, unbroken.since].map((then) => driftMs(then, now)).find((ms) => Math.abs(ms) > jumpMs);
  return leaptMs === undefined ? undefined : `Redis TIME leapt by ${Math.round(leaptMs)} ms`;
};

const driftMs = (then: Moment, now: Moment): number =>
  now.redisMs - then.redisMs - (now.monotonicMs - then.monotonicMs);

/** The same object where nothing new was seen. */
const lossSeen = ({ known, lostPool }: Watch, view: PoolView, monotonicMs: number): LostPool | undefined => {
  if (known === undefined) return lostPool;
  // The pool that was empty since the loss has begun again: the wait starts from here, the loss is the same.
  if (known.epoch === undefined)
    return lostPool !== undefined && view.epoch !== undefined
      ? { ...lostPool, sinceMonotonicMs: monotonicMs }
      : lostPool;
  const loss = (name: string, because: string): LostPool => ({ name, because, sinceMonotonicMs: monotonicMs });
  if (view.epoch === undefined) return loss(known.epoch, 'Redis came back empty');
  if (view.epoch !== known.epoch) return loss(known.epoch, 'Redis came back with the data of another pool');
  if (view.version >= known.version) return lostPool;
  return loss(`${known.epoch}-${view.version}`, `Redis lost commits: version ${known.version} became ${view.version}`);
};
