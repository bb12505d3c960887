/*
 * One connection to Redis, on which every call has a deadline.
 *
 * INVARIANTS
 * - A call ends at its deadline or when its signal aborts, whatever Redis and the network do.
 * - A command is sent at most once. `not-sent` is said only where that is certain; `lost` means nobody knows.
 */
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { type Limits, PoolAway, PoolDenied } from '../store.ts';
import { type Deadline, under } from './deadline.ts';
import { denialOf, elsewhere } from './denial.ts';
import type { Health } from './health.ts';
import { networkCause } from './network-cause.ts';
import { watchStrangers } from './stranger.ts';

/** How a call ended. */
export type Sent<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** Redis answered with an error; nothing was done, as far as the command is one. */
  | { readonly kind: 'refused'; readonly because: string }
  /** Redis does not know us, or does not let us do this; nothing was done. */
  | { readonly kind: 'denied'; readonly because: string }
  | { readonly kind: 'not-sent'; readonly because: string }
  /** It was sent, and no answer came. */
  | { readonly kind: 'lost'; readonly because: string };

export interface Connection {
  /** Waits until it can carry a call; false when the limits came first, or it is closed. */
  readonly ready: (limits: Limits) => Promise<boolean>;
  readonly call: <T>(work: (redis: Redis) => Promise<T>, limits: Limits) => Promise<Sent<T>>;
  /** Grows whenever the connection breaks or has been made anew. */
  readonly generation: () => number;
  readonly close: () => void;
}

/** What is known of a connection at this moment. */
interface Standing {
  generation: number;
  closed: boolean;
  /** Why we are not let in; undefined where that is not what keeps us out. */
  denial: string | undefined;
  /** What the last attempt to connect, or the connection, failed with. */
  cause: string | undefined;
  /** What answers on this connection, and is no Redis. */
  stranger: string | undefined;
  readonly waiting: Set<() => void>;
}

export const connection = (redis: Redis, label: string, health: Health, clock: Clock): Connection => {
  const { username } = redis.options;
  const standing = follow(redis, label, health);
  const { waiting } = standing;
  const isReady = (deadline: Deadline, dead: boolean): Promise<boolean> | boolean =>
    standing.closed || (redis.status === 'ready' && !dead) || waitIn(waiting, deadline);
  const once = async <T>(work: (redis: Redis) => Promise<T>, deadline: Deadline, dead: boolean): Promise<Sent<T>> => {
    if (!(await isReady(deadline, dead)))
      return standing.denial === undefined
        ? { kind: 'not-sent', because: deadline.why('no connection') }
        : { kind: 'denied', because: standing.denial };
    if (standing.closed) return { kind: 'not-sent', because: 'the connection is closed' };
    const sent = await answered(work(redis), deadline, label, health, username ?? undefined);
    if (sent.kind === 'denied') health.denied(sent.because);
    return sent;
  };
  return {
    generation: () => standing.generation,
    ready: (limits) => under(limits, clock, async (deadline) => (await isReady(deadline, false)) && !standing.closed),
    call: (work, limits) =>
      under(limits, clock, async (deadline) => {
        const sent = await once(work, deadline, false);
        // A connection that has died and does not know it yet: nothing was sent, so the next one may carry it.
        const goesOn = sent.kind === 'not-sent' && deadline.leftMs() > 0 && !standing.closed;
        return goesOn ? once(work, deadline, true) : sent;
      }),
    close: () => {
      standing.closed = true;
      for (const go of [...waiting]) go();
      redis.disconnect();
    },
  };
};

const follow = (redis: Redis, label: string, health: Health): Standing => {
  const { username } = redis.options;
  const standing: Standing = {
    ...{ generation: 0, closed: false, denial: undefined, cause: undefined, stranger: undefined },
    waiting: new Set(),
  };
  watchStrangers(redis, (stranger) => {
    standing.stranger = stranger;
  });
  redis.on('ready', () => {
    standing.generation += 1;
    standing.denial = undefined;
    standing.cause = undefined;
    health.good(label);
    for (const go of [...standing.waiting]) go();
  });
  redis.on('error', (error: Error & { readonly code?: unknown }) => {
    const said = denialOf(error.message, username ?? undefined);
    if (said !== undefined || error.code !== undefined) standing.denial = said;
    standing.cause = said ?? standing.stranger ?? causeOf(error, standing.cause);
    if (!standing.closed) health.bad(label, standing.cause);
  });
  redis.on('close', () => {
    standing.generation += 1;
    // An attempt that failed ends with `close` as well; why it failed was said before.
    if (!standing.closed && standing.cause === undefined) health.bad(label, 'connection closed');
  });
  return standing;
};

/**
 * Calls until an answer comes or the deadline passes, for work that may be done twice: a read, or a write that says
 * the same again. The value, or PoolAway.
 */
export const insist = <T>(
  { call }: Connection,
  work: (redis: Redis) => Promise<T>,
  limits: Limits,
  clock: Clock,
): Promise<T> =>
  under(limits, clock, async (deadline) => {
    let sent = await call(work, limits);
    while (sent.kind === 'lost' && deadline.leftMs() > lostPauseMs) {
      await clock.sleep(lostPauseMs, limits.signal);
      sent = await call(work, { ...limits, deadlineMs: deadline.leftMs() });
    }
    return orAway(sent);
  });
const lostPauseMs = 20;

/** The value of a call, or PoolAway. */
export const orAway = <T>(sent: Sent<T>): T => {
  if (sent.kind === 'answer') return sent.value;
  if (sent.kind === 'denied') throw new PoolDenied(sent.because);
  throw new PoolAway(`the pool is away: ${sent.because}`);
};

/** True once the connection is ready, false when the deadline came first. */
const waitIn = async (waiting: Set<() => void>, deadline: Deadline): Promise<boolean> => {
  let go: () => void = () => undefined;
  const ready = new Promise<boolean>((resolve) => {
    go = () => resolve(true);
  });
  waiting.add(go);
  try {
    return await Promise.race([ready, deadline.passed.then(() => false)]);
  } finally {
    waiting.delete(go);
  }
};

const answered = async <T>(
  work: Promise<T>,
  deadline: Deadline,
  label: string,
  health: Health,
  username: string | undefined,
): Promise<Sent<T>> => {
  const sent = work.then(
    (value): Sent<T> => ({ kind: 'answer', value }),
    (error: unknown): Sent<T> => failure(error, username),
  );
  const first = await Promise.race([sent, deadline.passed.then(() => 'late' as const)]);
  if (first === 'late') {
    if (!deadline.aborted()) health.bad(label, 'no answer in time');
    return { kind: 'lost', because: deadline.why('no answer') };
  }
  if (first.kind !== 'lost' && first.kind !== 'not-sent') health.good(label);
  return first;
};

const failure = (error: unknown, username: string | undefined): Sent<never> => {
  if (!(error instanceof Error)) return { kind: 'lost', because: String(error) };
  if (error.name === 'ReplyError') return answeredBy(refusal(error), username);
  if (error.name === 'MaxRetriesPerRequestError') return { kind: 'lost', because: 'the connection broke' };
  const because = error.message === '' ? error.name : error.message;
  return { kind: because.startsWith(notWriteable) ? 'not-sent' : 'lost', because };
};

const answeredBy = (because: string, username: string | undefined): Sent<never> => {
  const denial = denialOf(because, username);
  if (denial !== undefined) return { kind: 'denied', because: denial };
  // A node that does not serve the pool's slot (now) executes nothing of what it is asked.
  return { kind: elsewhere.test(because) ? 'not-sent' : 'refused', because };
};

/** A transaction that was refused only says so; why stands in the errors before it. */
const refusal = (error: Error & { readonly previousErrors?: readonly Error[] }): string =>
  error.previousErrors?.[0]?.message ?? error.message;

/** What is asked on a connection that has ended says so in words of the library: the end has its own cause. */
const causeOf = (error: Error & { readonly code?: unknown }, before: string | undefined): string => {
  if (typeof error.code === 'string') return networkCause(error.code);
  return error.message.startsWith(notWriteable) ? (before ?? 'connection closed') : error.message;
};

/** Of the client library, which has sent nothing then. */
const notWriteable = "Stream isn't writeable";
