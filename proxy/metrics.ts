import { Counter, Gauge, Registry } from 'prom-client';
import { durationHistogram } from './duration-histogram.ts';
import type { FailureReason } from './forward/failure.ts';
import { metricsOf, type Numbers, requestSeconds } from './numbers.ts';
import type { Telemetry } from './telemetry.ts';

/** What is read from the router itself whenever somebody asks for the metrics. */
export interface Readings {
  readonly inFlight: Readonly<Record<string, number>>;
  readonly webSockets: number;
  readonly members: Readonly<Record<'in' | 'asked-last' | 'out' | 'on-trial' | 'leaving', number>>;
  /** So few members of a pool are in that requests go to all of them. */
  readonly panic: boolean;
  readonly ignored: number;
  readonly poolVersion: number;
  readonly redisAwayMs: number;
}

export interface Metrics extends Telemetry {
  /** The text that Prometheus reads. */
  readonly text: (readings: Readings) => Promise<string>;
  /** The same as numbers that can be added up with those of other workers. */
  readonly numbers: (readings: Readings) => Promise<Numbers>;
  readonly contentType: string;
}

export const createMetrics = (): Metrics => {
  const registry = new Registry();
  const counted = counters(registry);
  const show = gauges(registry);
  const seconds = durationHistogram(requestSeconds);
  return {
    ...counted,
    requestEnded: (status, ms) => {
      counted.requestEnded(status, ms);
      seconds.observe(ms);
    },
    contentType: registry.contentType,
    text: async (readings) => {
      show(readings);
      return `${await registry.metrics()}${seconds.text()}`;
    },
    numbers: async (readings) => {
      show(readings);
      return { metrics: await metricsOf(registry), durations: seconds.counted() };
    },
  };
};

const counters = (registry: Registry): Telemetry => {
  const count = (name: string, help: string): Counter =>
    new Counter({ name: `doctor_monkey_proxy_${name}_total`, help, registers: [registry] });
  const byLabel = <L extends string>(name: string, help: string, label: L): Counter<L> =>
    new Counter({ name: `doctor_monkey_proxy_${name}_total`, help, labelNames: [label], registers: [registry] });
  const countEnded = endedRequests(registry);
  const retries = count('retries', 'Requests that were tried on a second node.');
  const exhausted = count('retry_budget_exhausted', 'Retries that the budget refused.');
  const failures = byLabel<'reason'>('tries_failed', 'Tries on a node that brought no whole answer.', 'reason');
  const ejections = byLabel('ejections', 'Nodes left out for a while because requests failed.', 'reason');
  const panics = count('panics', 'Choices made as if no node were left out, because too few were in.');
  const dropped = count('connections_dropped', 'Client connections over the limit.');
  const bodies = count('bodies_refused', 'Requests whose body was over the limit.');
  const lines = count('access_log_lost_lines', 'Lines of the access log that nobody took in time.');
  const webSockets = count('websockets_opened', 'WebSockets opened.');
  return {
    requestEnded: countEnded,
    retried: () => retries.inc(),
    budgetExhausted: () => exhausted.inc(),
    tryFailed: (reason: FailureReason) => failures.inc({ reason }),
    nodeEjected: (reason) => ejections.inc({ reason }),
    panicked: () => panics.inc(),
    connectionDropped: () => dropped.inc(),
    bodyRefused: () => bodies.inc(),
    accessLinesLost: (count) => lines.inc(count),
    webSocketOpened: () => webSockets.inc(),
  };
};

const classes = ['aborted', '1xx', '2xx', '3xx', '4xx', '5xx'];

/** Counted as plain numbers, because it is done for every request, and put into the counter when that is read. */
const endedRequests = (registry: Registry): ((status: number | undefined) => void) => {
  const counts = new Float64Array(classes.length);
  new Counter({
    name: 'doctor_monkey_proxy_requests_total',
    help: 'Requests by class of the answer; aborted: without a whole answer.',
    labelNames: ['code'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [at, code] of classes.entries()) this.inc({ code }, counts[at] ?? 0);
    },
  });
  return (status) => {
    const at = status === undefined ? 0 : Math.floor(status / 100);
    counts[at] = (counts[at] ?? 0) + 1;
  };
};

/** How workers' readings are added up; the names are prom-client's. */
type Adds = 'sum' | 'average' | 'min' | 'max';

const gauges = (registry: Registry): ((readings: Readings) => void) => {
  const gauge = <L extends string = never>(adds: Adds, name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name: `doctor_monkey_proxy_${name}`, help, labelNames, aggregator: adds, registers: [registry] });
  const inFlight = gauge<'node'>('sum', 'in_flight', 'Requests and WebSockets on a node.', 'node');
  const places =
    'Members by place: in, asked last (should be out), out (ejected), on trial, leaving; of several workers the average.';
  const members = gauge<'place'>('average', 'members', places, 'place');
  const panic = gauge('max', 'panic', '1 while so few members of a pool are in that requests go to all of them.');
  const webSockets = gauge('sum', 'websockets', 'Open WebSockets.');
  const ignored = gauge('max', 'ignored_nodes', 'Serving nodes that are not routed to because of their URL.');
  const version = gauge('min', 'pool_version', 'Version of the pool that has been applied, by every worker.');
  const away = gauge('max', 'redis_away_seconds', 'For how long the pool has not been heard of; 0: it is.');
  return (readings) => {
    inFlight.reset();
    for (const [node, value] of Object.entries(readings.inFlight)) inFlight.set({ node }, value);
    for (const [place, value] of Object.entries(readings.members)) members.set({ place }, value);
    panic.set(readings.panic ? 1 : 0);
    webSockets.set(readings.webSockets);
    ignored.set(readings.ignored);
    version.set(readings.poolVersion);
    away.set(readings.redisAwayMs / 1_000);
  };
};
