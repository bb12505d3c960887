/** A router without its source of members: the table, what counts, and the server in front of them. */
import type { Server } from 'node:http';
import type { Clock } from '../pool/clock.ts';
import type { Log } from '../pool/log.ts';
import { createAdminServer } from './admin.ts';
import { adminPages } from './admin-pages.ts';
import type { ProxyConfig } from './config-schema.ts';
import { firstByteDeadlines } from './first-byte.ts';
import { createForwarder } from './forward/library.ts';
import { createMetrics } from './metrics.ts';
import { retryBudget } from './retry-budget.ts';
import { createRouterServer, type RouterServer } from './server.ts';
import { type Source, startingSource } from './source.ts';
import { stopServing } from './stop.ts';
import { RoutingTable } from './table.ts';

export class Router {
  readonly id: string;
  readonly table: RoutingTable;
  readonly server: Server;
  readonly admin: Server;
  source: Source = startingSource;
  readonly #serving: RouterServer;
  readonly #stopDeadlineMs: number;
  readonly #clock: Clock;
  #isStopping = false;

  constructor(id: string, config: ProxyConfig, clock: Clock, log: Log) {
    const metrics = createMetrics();
    const isStopping = (): boolean => this.#isStopping;
    this.id = id;
    this.#clock = clock;
    this.#stopDeadlineMs = config.stop.deadline;
    this.table = new RoutingTable({
      rules: { choose: config.choose, ejection: config.ejection, webSocketGraceMs: config.webSocket.grace },
      clock,
      log,
      telemetry: metrics,
      onLeavingChange: () => this.source.leavingChanged(),
    });
    this.#serving = createRouterServer({
      forwarder: createForwarder(),
      limits: { connectMs: config.connect, idleMs: config.idle },
      isStopping,
      table: this.table,
      budget: retryBudget(config.retry),
      clock,
      telemetry: metrics,
      firstByteMs: firstByteDeadlines(config.firstByte),
      nobody: () => this.source.nobody(),
      webSocketIdleMs: config.webSocket.idle,
      clientLimits: config.limits,
      trustedProxies: config.trustedProxies,
      pseudonym: `doctor-monkey-${id}`,
    });
    this.server = this.#serving.server;
    const source = (): Source => this.source;
    this.admin = createAdminServer(adminPages({ id, table: this.table, source, metrics, clock, isStopping }));
  }

  /** Lets nobody new in, ends what is under way within the deadline, then lets the source go. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const upstreams = () => [...this.table.members(), ...this.table.leaving()];
    const tunnels = (): number => upstreams().reduce((sum, upstream) => sum + upstream.tunnels, 0);
    const underWay = (): number => this.#serving.inFlight() + tunnels();
    const closeTunnels = (): void => {
      for (const upstream of upstreams()) upstream.closeTunnels();
    };
    await stopServing({ server: this.server, underWay, closeTunnels }, this.#stopDeadlineMs, this.#clock);
    this.table.destroy();
    await this.source.stop();
    this.admin.close();
    this.admin.closeAllConnections();
  }
}
