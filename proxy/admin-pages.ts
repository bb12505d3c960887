/** What the admin port shows. */
import type { Clock } from '../pool/clock.ts';
import { json, type Pages } from './admin.ts';
import { type Place, placeOf } from './ejection.ts';
import type { Metrics, Readings } from './metrics.ts';
import type { Source } from './source.ts';
import type { RoutingTable } from './table.ts';
import type { Upstream } from './upstream.ts';

export interface PagesParts {
  readonly id: string;
  readonly table: RoutingTable;
  readonly source: () => Source;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly isStopping: () => boolean;
}

/**
 * - `/health`: 200 when requests can be routed;
 * - `/ready`: 200 when the members are known and the router is not stopping, even if there are none;
 * - `/members`: whom it routes to, and how they do;
 * - `/metrics`: for Prometheus.
 */
export const adminPages = (parts: PagesParts): Pages => ({
  '/health': async () => {
    const members = parts.table.members().length;
    const because = members > 0 ? undefined : parts.source().nobody().because;
    return json(members > 0 ? 200 : 503, { ok: members > 0, members, because });
  },
  '/ready': async () => {
    const ok = parts.source().state().isKnown && !parts.isStopping();
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

const membersPage = ({ id, table, source, clock }: PagesParts): unknown => {
  const nowMs = clock.monotonicMs();
  const { epoch, version, awayMs, ignored, kept } = source().state();
  return {
    router: id,
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

const readings = ({ table, source, clock }: PagesParts): Readings => {
  const nowMs = clock.monotonicMs();
  const leaving = table.leaving();
  const all = [...table.members(), ...leaving];
  const members = { in: 0, out: 0, 'on-trial': 0, leaving: leaving.length };
  for (const { standing } of table.members()) members[placeOf(standing, nowMs)] += 1;
  const inFlight: Record<string, number> = {};
  for (const { id, inFlight: count } of all) inFlight[id] = (inFlight[id] ?? 0) + count;
  const { version, awayMs, ignored } = source().state();
  return {
    inFlight,
    members,
    webSockets: all.reduce((sum, { tunnels }) => sum + tunnels, 0),
    ignored: ignored.length,
    poolVersion: version,
    redisAwayMs: awayMs,
  };
};
