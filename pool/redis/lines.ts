import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { openRedis, type RedisAddress } from './connect.ts';
import { type Connection, connection } from './connection.ts';
import { type EventReader, eventReader, mostBlockMs } from './event-reader.ts';
import { watchHealth } from './health.ts';
import type { PoolKeys } from './keys.ts';

/** The connections of one client of a pool. */
export interface Lines {
  /** Carries all but commits and waiting reads. */
  readonly calls: Connection;
  /** Carries commits; made when first asked for, since who never commits, such as a proxy, needs none. */
  readonly commits: () => Connection;
  /** For views alone, see wire-view.ts; undefined where they are read as all else is. */
  readonly views: Connection | undefined;
  readonly events: EventReader;
  /** A snapshot is read now: events are good only as long as `calls` does not break. */
  readonly noteView: () => void;
  readonly isClosed: () => boolean;
  readonly close: () => void;
}

/** Commands without any answer for this long: the connection is given up and made anew. */
const stallMs = 5_000;

export const openLines = (
  address: RedisAddress,
  pool: string,
  keys: Pick<PoolKeys, 'events' | 'epoch'>,
  log: Log,
  clock: Clock,
  once = false,
): Lines => {
  const health = watchHealth(pool, log, clock);
  const open = (label: string, forMs: number): Connection =>
    connection(openRedis(address, label, forMs, keys.epoch), label, health, clock);
  const calls = open('calls', stallMs);
  const views = once ? open('views', stallMs) : undefined;
  let commits: Connection | undefined;
  let closed = false;
  let viewedAt: number | undefined;
  const brokenSinceView = (): boolean => {
    const broken = viewedAt !== undefined && viewedAt !== calls.generation();
    if (broken) viewedAt = undefined;
    return broken;
  };
  const events = eventReader(() => open('events', mostBlockMs + stallMs), brokenSinceView, keys.events);
  return {
    calls,
    commits: () => (commits ??= open('commits', stallMs)),
    views,
    events,
    noteView: () => {
      viewedAt = calls.generation();
    },
    isClosed: () => closed,
    close: () => {
      closed = true;
      calls.close();
      views?.close();
      commits?.close();
      events.close();
    },
  };
};
