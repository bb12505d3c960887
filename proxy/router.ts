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
  #isStopping = false;

  /** @param pool the pool that gets what no route says otherwise */
  constructor(id: string, pool: string, config: ProxyConfig, clock: Clock, log: Log, more: RouterMore = {}) {
    const { certificate, wallMs = Date.now, pseudonym = `doctor-monkey-${id}` } = more;
    const metrics = createMetrics();
    const bodyBytes = config.limits.bodyBytes === 'off' ? Number.POSITIVE_INFINITY : config.limits.bodyBytes;
    const isStopping = (): boolean => this.#isStopping;
    this.id = id;
    this.#clock = clock;
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
    return tellingOf({ id: this.id, pools: this.pools, clock: this.#clock, isStopping: () => this.#isStopping });
  }

  numbers(): Promise<Numbers> {
    return this.#metrics.numbers(this.#readings());
  }

  /** Lets nobody new in, ends what is under way within the deadline, then lets the sources go. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const upstreams = () => this.pools.flatMap(({ table }) => [...table.members(), ...table.leaving()]);
    const onNodes = (): number => upstreams().reduce((sum, upstream) => sum + upstream.inFlight, 0);
    const underWay = (): number => this.#serving.inFlight() + onNodes();
    const closeTunnels = (): void => {
      for (const upstream of upstreams()) upstream.closeTunnels();
    };
    const { server, closeAllConnections } = this.#serving;
    await stopServing({ server, closeAllConnections, underWay, closeTunnels }, this.#stopDeadlineMs, this.#clock);
    for (const { table } of this.pools) table.destroy();
    await Promise.all(this.pools.map(({ source }) => source.stop()));
    await this.#accessLog?.close();
    this.admin.close();
    this.admin.closeAllConnections();
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
