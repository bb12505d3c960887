/** What a router tells of itself: is it well, whom does it route to, what is in flight. */
import * as z from 'zod';
import type { Clock } from '../pool/clock.ts';
import { isAskedLast, type Place, placeOf } from './ejection.ts';
import type { Standings } from './left-out.ts';
import type { Readings } from './metrics.ts';
import type { RoutedPool } from './routed-pool.ts';
import type { Upstream } from './upstream.ts';

const shownMember = z.object({
  id: z.string(),
  url: z.string(),
  place: z.enum(['in', 'out', 'on-trial', 'leaving']),
  weight: z.number(),
  shareNow: z.number(),
  inFlight: z.number(),
  webSockets: z.number(),
  failuresInRow: z.number(),
  /** It should be out, and no more may be left out. */
  askedLast: z.boolean(),
});

const shownPool = z.object({
  pool: z.object({ epoch: z.string().optional(), version: z.number(), awayMs: z.number(), kept: z.number() }),
  members: z.array(shownMember),
  leaving: z.array(shownMember),
  ignored: z.array(z.object({ node: z.string(), url: z.string(), because: z.string() })),
});

/** It travels between processes, so it is checked where it arrives. */
export const tellingSchema = z.object({
  router: z.string(),
  /** Requests can be routed, to one pool at least. */
  health: z.object({ ok: z.boolean(), members: z.number(), because: z.string().optional() }),
  /** The members are known, even if there are none, and the router is not stopping. Panic does not change it, and is told. */
  ready: z.object({
    ok: z.boolean(),
    because: z.string().optional(),
    /** Of one pool at least so many nodes are left out that requests go to all of them. */
    panic: z.boolean(),
    nodes: z.object({ well: z.number(), askedLast: z.number(), ejected: z.number() }),
  }),
  /** Of the pool that gets what no route says otherwise … */
  shown: shownPool,
  /** … and of the others, by their names. */
  others: z.record(z.string(), shownPool),
});

export type ShownMember = z.output<typeof shownMember>;
export type ShownPool = z.output<typeof shownPool>;
export type Telling = z.output<typeof tellingSchema>;

export interface TellingParts {
  readonly id: string;
  /** The first one gets what no route says otherwise. */
  readonly pools: readonly [RoutedPool, ...RoutedPool[]];
  readonly clock: Clock;
  readonly isListening: () => boolean;
  readonly isStopping: () => boolean;
}

export const tellingOf = ({ id, pools, clock, isListening, isStopping }: TellingParts): Telling => {
  const nowMs = clock.monotonicMs();
  const [pool, ...others] = pools;
  return {
    router: id,
    health: healthOf(pools),
    ready: readyOf(pools, isStopping() ? 'stopping' : isListening() ? undefined : 'it does not listen yet', nowMs),
    shown: shownOf(pool, nowMs),
    others: Object.fromEntries(others.map((other) => [other.name, shownOf(other, nowMs)])),
  };
};

const healthOf = (pools: TellingParts['pools']): Telling['health'] => {
  const members = sumOver(pools, ({ table }) => table.members().length);
  return members > 0 ? { ok: true, members } : { ok: false, members, because: pools[0].nobody().because };
};

/**
 * All proxies of a pool see the same nodes fail. If panic made them unready, a load balancer in front would lose all of them
 * at once, and with them the requests that still find an answer.
 */
const readyOf = (pools: TellingParts['pools'], notNow: string | undefined, nowMs: number): Telling['ready'] => {
  const all = pools.map(({ name, table, nobody }) => ({ name, nobody, ...table.leftOut.standings(nowMs) }));
  const sum = (of: 'well' | 'askedLast' | 'ejected'): number => sumOver(all, (one) => one[of]);
  const told = {
    panic: all.some(({ panic }) => panic),
    nodes: { well: sum('well'), askedLast: sum('askedLast'), ejected: sum('ejected') },
  };
  if (notNow !== undefined) return { ok: false, because: notNow, ...told };
  if (!pools.every(({ source }) => source.state().isKnown))
    return { ok: false, because: 'the members are not known yet', ...told };
  const because = all.flatMap(worries);
  return { ok: true, ...(because.length === 0 ? {} : { because: because.join('; ') }), ...told };
};

type Judged = Standings & Pick<RoutedPool, 'name' | 'nobody'>;

const worries = ({ name, nobody, well, askedLast, ejected, panic }: Judged): string[] => {
  const members = well + askedLast + ejected;
  if (members === 0) return [`${name}: ${nobody().because}`];
  if (panic) return [`panic: ${ejected} of ${members} nodes of ${name} are left out, so requests go to all of them`];
  return well === 0 ? [`no node of ${name} is well`] : [];
};

const shownOf = ({ table, source }: RoutedPool, nowMs: number): ShownPool => {
  const { epoch, version, awayMs, ignored, kept } = source.state();
  return {
    pool: { ...(epoch === undefined ? {} : { epoch }), version, awayMs: Math.round(awayMs), kept },
    members: table.members().map((upstream) => shownMemberOf(upstream, placeOf(upstream.standing, nowMs))),
    leaving: table.leaving().map((upstream) => shownMemberOf(upstream, 'leaving')),
    ignored: ignored.map((node) => ({ ...node })),
  };
};

const shownMemberOf = (upstream: Upstream, place: Place | 'leaving'): ShownMember => ({
  id: upstream.id,
  url: upstream.url,
  place,
  weight: upstream.member.weight,
  shareNow: Number(upstream.shareNow.toFixed(3)),
  inFlight: upstream.inFlight,
  webSockets: upstream.tunnels,
  failuresInRow: upstream.standing.failuresInRow,
  askedLast: isAskedLast(upstream.standing),
});

export const readingsOf = ({ pools, clock }: Pick<TellingParts, 'pools' | 'clock'>): Readings => {
  const nowMs = clock.monotonicMs();
  const leaving = pools.flatMap(({ table }) => table.leaving());
  const serving = pools.flatMap(({ table }) => table.members());
  const all = [...serving, ...leaving];
  const members = { in: 0, 'asked-last': 0, out: 0, 'on-trial': 0, leaving: leaving.length };
  for (const { standing } of serving) members[isAskedLast(standing) ? 'asked-last' : placeOf(standing, nowMs)] += 1;
  const inFlight: Record<string, number> = {};
  for (const { id, inFlight: count } of all) inFlight[id] = (inFlight[id] ?? 0) + count;
  const states = pools.map(({ source }) => source.state());
  return {
    inFlight,
    members,
    panic: pools.some(({ table }) => table.leftOut.isPanicking(nowMs)),
    webSockets: sumOver(all, ({ tunnels }) => tunnels),
    ignored: sumOver(states, ({ ignored }) => ignored.length),
    poolVersion: states[0]?.version ?? 0,
    redisAwayMs: Math.max(...states.map(({ awayMs }) => awayMs)),
  };
};

const sumOver = <T>(all: readonly T[], count: (one: T) => number): number =>
  all.reduce((sum, one) => sum + count(one), 0);
