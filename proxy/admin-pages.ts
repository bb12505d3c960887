/** What the admin port shows. */
import type { Clock } from '../pool/clock.ts';
import { json, type Pages } from './admin.ts';
import { type Place, placeOf } from './ejection.ts';
import type { Metrics, Readings } from './metrics.ts';
import type { RoutedPool } from './routed-pool.ts';
import type { Upstream } from './upstream.ts';

export interface PagesParts {
  readonly id: string;
  /** The first one gets what no route says otherwise. */
  readonly pools: readonly [RoutedPool, ...RoutedPool[]];
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly isStopping: () => boolean;
}

/**
 * - `/health`: 200 when requests can be routed, to one pool at least;
 * - `/ready`: 200 when the members are known and the router is not stopping, even if there are none;
 * - `/members`: whom it routes to, and how they do;
 * - `/metrics`: for Prometheus.
 */
export const adminPages = (parts: PagesParts): Pages => ({
  '/health': async () => {
    const members = sumOver(parts.pools, ({ table }) => table.members().length);
    const because = members > 0 ? undefined : parts.pools[0].nobody().because;
    return json(members > 0 ? 200 : 503, { ok: members > 0, members, because });
  },
  '/ready': async () => {
    const unknown = parts.pools.find(({ source }) => !source.state().isKnown);
    const ok = unknown === undefined && !parts.isStopping();
    const because = ok ? undefined : parts.isStopping() ? 'stopping' : 'the members are not known yet';
    return json(ok ? 200 : 503, { ok, because });
  },
  '/members': async () => json(200, membersPage(parts)),
  '/metrics': async () => ({
    status: 200,
    type: parts.metrics.contentType,
    body: await parts.metrics.text(readings(parts)),
  }),
});

/** Of the pool that gets what no route says otherwise; the `others` stand below their names. */
const membersPage = ({ id, pools: [pool, ...others], clock }: PagesParts): unknown => {
  const nowMs = clock.monotonicMs();
  const rest = Object.fromEntries(others.map((other) => [other.name, poolPage(other, nowMs)]));
  return { router: id, ...poolPage(pool, nowMs), ...(others.length === 0 ? {} : { others: rest }) };
};

const poolPage = ({ table, source }: RoutedPool, nowMs: number) => {
  const { epoch, version, awayMs, ignored, kept } = source.state();
  return {
    pool: { epoch, version, awayMs: Math.round(awayMs), kept },
    members: table.members().map((upstream) => shown(upstream, placeOf(upstream.standing, nowMs))),
    leaving: table.leaving().map((upstream) => shown(upstream, 'leaving')),
    ignored,
  };
};

const shown = (upstream: Upstream, place: Place | 'leaving'): unknown => ({
  id: upstream.id,
  url: upstream.url,
  place,
  weight: upstream.member.weight,
  shareNow: Number(upstream.shareNow.toFixed(3)),
  inFlight: upstream.inFlight,
  webSockets: upstream.tunnels,
  failuresInRow: upstream.standing.failuresInRow,
});

const readings = ({ pools, clock }: PagesParts): Readings => {
  const nowMs = clock.monotonicMs();
  const leaving = pools.flatMap(({ table }) => table.leaving());
  const serving = pools.flatMap(({ table }) => table.members());
  const all = [...serving, ...leaving];
  const members = { in: 0, out: 0, 'on-trial': 0, leaving: leaving.length };
  for (const { standing } of serving) members[placeOf(standing, nowMs)] += 1;
  const inFlight: Record<string, number> = {};
  for (const { id, inFlight: count } of all) inFlight[id] = (inFlight[id] ?? 0) + count;
  const states = pools.map(({ source }) => source.state());
  return {
    inFlight,
    members,
    webSockets: sumOver(all, ({ tunnels }) => tunnels),
    ignored: sumOver(states, ({ ignored }) => ignored.length),
    poolVersion: states[0]?.version ?? 0,
    redisAwayMs: Math.max(...states.map(({ awayMs }) => awayMs)),
  };
};

const sumOver = <T>(all: readonly T[], count: (one: T) => number): number =>
  all.reduce((sum, one) => sum + count(one), 0);
