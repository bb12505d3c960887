/** A router without its sources of members: the pools, what counts, and the server in front of them. */
import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Clock } from '../pool/clock.ts';
import type { Log } from '../pool/log.ts';
import { AccessLog } from './access-log.ts';
import { createAdminServer, type Page } from './admin.ts';
import { adminPages } from './admin-pages.ts';
import type { Certificate } from './certificate.ts';
import type { ProxyConfig } from './config-schema.ts';
import { firstByteDeadlines } from './first-byte.ts';
import { createForwarder } from './forward/library.ts';
import { tlsOptions } from './listener.ts';
import { createMetrics, type Metrics, type Readings } from './metrics.ts';
import type { Numbers } from './numbers.ts';
import { type RouteOf, routesBy } from './route-of.ts';
import { type Routed, RoutedPool } from './routed-pool.ts';
import { createRouterServer, type RouterServer } from './server.ts';
import type { StickyRule } from './sticky.ts';
import { stopServing } from './stop.ts';
import type { RoutingTable } from './table.ts';
import { readingsOf, type Telling, tellingOf } from './telling.ts';

export interface RouterMore {
  /** What it calls itself in `Via`; without it, by its id. */
  readonly pseudonym?: string | undefined;
  readonly certificate?: Certificate | undefined;
  /** Wall-clock time in milliseconds since 1970. */
  readonly wallMs?: () => number;
}

/** What has not ended yet. */
interface UnderWay {
  readonly requests: number;
  readonly webSockets: number;
}

export class Router {
  readonly id: string;
  /** The first one gets what no route says otherwise. */
  readonly pools: readonly [RoutedPool, ...RoutedPool[]];
  readonly server: Server;
  readonly admin: HttpServer;
  readonly #serving: RouterServer;
  readonly #stopDeadlineMs: number;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #accessLog: AccessLog | undefined;
  readonly #log: Log;
  #isStopping = false;

  /** @param pool the pool that gets what no route says otherwise */
  constructor(id: string, pool: string, config: ProxyConfig, clock: Clock, log: Log, more: RouterMore = {}) {
    const { certificate, wallMs = Date.now, pseudonym = `doctor-monkey-${id}` } = more;
    const metrics = createMetrics();
    const bodyBytes = config.limits.bodyBytes === 'off' ? Number.POSITIVE_INFINITY : config.limits.bodyBytes;
    const isStopping = (): boolean => this.#isStopping;
    this.id = id;
    this.#clock = clock;
    this.#log = log;
    this.#stopDeadlineMs = config.stop.deadline;
    this.#accessLog =
      config.accessLog === 'off' ? undefined : new AccessLog(config.accessLog, { log, telemetry: metrics, wallMs });
    const rules = {
      ...{ choose: config.choose, ejection: config.ejection },
      ...{ webSocketGraceMs: config.webSocket.grace, reuseWithinMs: config.reuseWithin },
    };
    const routed = (name: string) => new RoutedPool(name, { rules, clock, log, telemetry: metrics }, config.retry);
    const others = new Set(config.routes.map((route) => route.pool));
    others.delete(pool);
    this.pools = [routed(pool), ...[...others].map(routed)];
    this.#serving = createRouterServer({
      forwarder: createForwarder(),
      limits: { connectMs: config.connect, idleMs: config.idle, bodyBytes },
      isStopping,
      routeOf: routesTo(this.pools, config),
      clock,
      telemetry: metrics,
      accessLog: this.#accessLog,
      firstByteMs: firstByteDeadlines(config.firstByte),
      webSocketIdleMs: config.webSocket.idle,
      clientLimits: { ...config.limits, bodyBytes },
      certificate,
      trustedProxies: config.trustedProxies,
      pseudonym,
    });
    this.server = this.#serving.server;
    this.#metrics = metrics;
    this.admin = createAdminServer(
      adminPages({ telling: async () => this.telling(), metrics: async () => this.#metricsText() }),
    );
  }

  /** Of the pool that gets what no route says otherwise. */
  get table(): RoutingTable {
    return this.pools[0].table;
  }

  /** New connections are shown this one; those that stand stay as they are. */
  useCertificate(certificate: Certificate): void {
    if (this.server instanceof TlsServer) this.server.setSecureContext(tlsOptions(certificate));
  }

  telling(): Telling {
    const isListening = (): boolean => this.server.listening;
    const isStopping = (): boolean => this.#isStopping;
    return tellingOf({ id: this.id, pools: this.pools, clock: this.#clock, isListening, isStopping });
  }

  numbers(): Promise<Numbers> {
    return this.#metrics.numbers(this.#readings());
  }

  /** Lets nobody new in, ends what is under way within the deadline, then lets the sources go. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#endServing();
    for (const { table } of this.pools) table.destroy();
    await Promise.all(this.pools.map(({ source }) => source.stop()));
    await this.#accessLog?.close();
    this.admin.close();
    this.admin.closeAllConnections();
  }

  async #endServing(): Promise<void> {
    const upstreams = () => this.pools.flatMap(({ table }) => [...table.members(), ...table.leaving()]);
    const sum = (of: 'inFlight' | 'tunnels'): number => upstreams().reduce((all, upstream) => all + upstream[of], 0);
    const { server, closeAllConnections, inFlight } = this.#serving;
    const underWay = (): number => inFlight() + sum('inFlight');
    const closeTunnels = (): void => {
      for (const upstream of upstreams()) upstream.closeTunnels();
    };
    const tellEnd = this.#tellStop({ requests: inFlight(), webSockets: sum('tunnels') });
    const stoppable = {
      ...{ server, underWay, closeTunnels },
      closeAllConnections: () => {
        tellEnd({ requests: inFlight(), webSockets: sum('tunnels') });
        closeAllConnections();
      },
    };
    await stopServing(stoppable, this.#stopDeadlineMs, this.#clock);
  }

  /** Tells that it begins to stop, and returns what tells how that went. One that never listened has nothing to tell. */
  #tellStop(waitsFor: UnderWay): (cut: UnderWay) => void {
    if (!this.server.listening) return () => undefined;
    const startedMs = this.#clock.monotonicMs();
    this.#log.info('router-stopping', { router: this.id, waitsFor, deadlineMs: this.#stopDeadlineMs });
    return (cut) => {
      const isCut = cut.requests + cut.webSockets > 0;
      const tookMs = Math.round(this.#clock.monotonicMs() - startedMs);
      this.#log[isCut ? 'warn' : 'info']('router-stopped', { router: this.id, waitedFor: waitsFor, cut, tookMs });
    };
  }

  /** The access log was moved away. False: there is none. */
  reopenLogs(): boolean {
    this.#accessLog?.reopen();
    return this.#accessLog !== undefined;
  }

  #readings(): Readings {
    return readingsOf({ pools: this.pools, clock: this.#clock });
  }

  async #metricsText(): Promise<Pick<Page, 'type' | 'body'>> {
    return { type: this.#metrics.contentType, body: await this.#metrics.text(this.#readings()) };
  }
}

const routesTo = (pools: readonly [RoutedPool, ...RoutedPool[]], { routes, sticky }: ProxyConfig): RouteOf<Routed> => {
  const byName = new Map(pools.map((pool) => [pool.name, pool]));
  const leadTo = ({ table, budget, nobody }: RoutedPool, rule: StickyRule | undefined): Routed => ({
    ...{ table, budget, nobody },
    sticky: rule,
  });
  return routesBy(
    routes.map(({ host, path, pool, sticky: own }) => ({ host, path, to: leadTo(byName.get(pool) ?? pools[0], own) })),
    leadTo(pools[0], sticky),
  );
};
