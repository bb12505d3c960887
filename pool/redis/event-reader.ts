/*
 * Reads the event stream, waiting for it, on connections of its own.
 *
 * INVARIANTS
 * - Where this connection broke since it was last read from, or the one that carried the last snapshot broke since then,
 *   the call ends with PoolAway: what happened in between need not be in the stream, so the reader takes a snapshot.
 * - Each call has a connection to itself, at most `mostReaders` at once.
 */
import type { Redis } from 'ioredis';
import type { PoolEvent } from '../commit.ts';
import { parseEvent } from '../parse-event.ts';
import { type Limits, PoolAway } from '../store.ts';
import { type Connection, orAway, type Sent } from './connection.ts';
import { entriesOf, listOf } from './replies.ts';

const mostReaders = 8;
const mostEvents = 1_000;
const shortestCallMs = 200;
/** No single XREAD waits longer, so that a dead connection is noticed. */
export const mostBlockMs = 5_000;

export interface EventReader {
  readonly read: (afterVersion: number, blockMs: number, limits: Limits) => Promise<readonly PoolEvent[]>;
  readonly close: () => void;
}

interface Line {
  readonly connection: Connection;
  /** Generation of the connection at its last reading; undefined: none that matters. */
  seen: number | undefined;
}

/**
 * `brokenSinceView` says whether the connection that carries snapshots has broken since the last one; asking forgets
 * it.
 */
export const eventReader = (open: () => Connection, brokenSinceView: () => boolean, key: string): EventReader => {
  const idle: Line[] = [];
  const busy = new Set<Line>();
  let closed = false;
  const take = (): Line => {
    if (closed) throw new PoolAway('the pool is away: the connection is closed');
    if (busy.size >= mostReaders) throw new Error(`more than ${mostReaders} readers of one pool at once`);
    const line = idle.pop() ?? { connection: open(), seen: undefined };
    busy.add(line);
    return line;
  };
  /** A connection that may still wait for an answer is of no use to the next reader. */
  const putBack = (line: Line, kept: boolean): void => {
    if (busy.delete(line) && kept) idle.push(line);
    else line.connection.close();
  };
  return {
    read: async (afterVersion, blockMs, limits) => {
      if (isAborted(limits)) return [];
      const ms = Math.max(1, Math.floor(Math.min(blockMs, mostBlockMs, limits.deadlineMs - shortestCallMs)));
      const line = take();
      const sent = await readLine(line, brokenSinceView, key, `${afterVersion}-0`, ms, limits);
      putBack(line, sent.kind !== 'lost');
      return isAborted(limits) && sent.kind !== 'answer' ? [] : orAway(sent);
    },
    close: () => {
      closed = true;
      for (const { connection } of [...busy, ...idle.splice(0)]) connection.close();
      busy.clear();
    },
  };
};

const isAborted = ({ signal }: Limits): boolean => signal?.aborted === true;

const readLine = async (
  line: Line,
  brokenSinceView: () => boolean,
  key: string,
  after: string,
  ms: number,
  limits: Limits,
): Promise<Sent<readonly PoolEvent[]>> => {
  const { connection, seen } = line;
  line.seen = undefined;
  // Waiting for the connection takes no more than what is left beside the waiting for events.
  const readyMs = Math.max(shortestCallMs, limits.deadlineMs - ms);
  if (!(await connection.ready({ ...limits, deadlineMs: readyMs }))) return notReady;
  if (brokenSinceView() || (seen !== undefined && seen !== connection.generation())) return madeAnew;
  line.seen = connection.generation();
  return connection.call((redis) => xread(redis, key, after, ms), limits);
};

const notReady: Sent<never> = { kind: 'not-sent', because: 'no connection' };
const madeAnew: Sent<never> = { kind: 'not-sent', because: 'the connection broke since it was last read' };

/** Its reply is `[[key, entries]]`, or null when nothing came. */
const xread = async (redis: Redis, key: string, after: string, ms: number): Promise<readonly PoolEvent[]> => {
  const reply: unknown = await redis.xread('COUNT', mostEvents, 'BLOCK', ms, 'STREAMS', key, after);
  const [stream] = listOf(reply);
  return entriesOf(listOf(stream)[1]).map(([id, fields]) => parseEvent(id, fields));
};
