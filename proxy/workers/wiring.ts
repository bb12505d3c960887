/** A proxy of several workers: its first process holds the port, keeps the workers, and answers for all of them. */
import { Counter, Gauge, Registry } from 'prom-client';
import { type Clock, systemClock } from '../../pool/clock.ts';
import { type Log, silentLog } from '../../pool/log.ts';
import { createAdminServer } from '../admin.ts';
import { adminPages } from '../admin-pages.ts';
import type { ProxyConfig } from '../config-schema.ts';
import { metricsOf, type Numbers, numbersText } from '../numbers.ts';
import { listen } from '../stop.ts';
import { newRouterId, type RunningProxy, urlOf } from '../wiring.ts';
import { addUp } from './add-up.ts';
import { Crew, type CrewParts, type Seen } from './crew.ts';
import { bindPort, givenPort } from './port.ts';
import { type SpawnParts, spawnWorkers } from './process.ts';

export interface WorkersOptions extends Omit<SpawnParts, 'fd'>, Pick<CrewParts, 'pools' | 'files'> {
  readonly config: ProxyConfig;
  /** A socket that listens already, instead of `config.listen`. */
  readonly listenFd?: number | undefined;
}

export interface WorkersParts {
  readonly clock?: Clock;
  readonly log?: Log;
}

/** What a worker needs beyond `stop.deadline` to end: good-byes, logs. */
const graceMs = 10_000;

/** Resolves when all workers listen. Rejects, with nothing left, where the port is taken or a worker cannot begin. */
export const startWorkers = async (
  options: WorkersOptions,
  given: WorkersParts = {},
): Promise<Omit<RunningProxy, 'telling' | 'numbers'>> => {
  const { config, listenFd, pools, files } = options;
  const { clock = systemClock, log = silentLog } = given;
  const id = newRouterId();
  const port = listenFd === undefined ? await bindPort(config.listen) : givenPort(listenFd);
  const start = spawnWorkers({ ...options, fd: port.fd });
  const crew = new Crew({ proxy: id, workers: config.workers, start, files, pools, clock, log });
  const admin = adminOf(id, crew);
  const stop = async (): Promise<void> => {
    port.close();
    await crew.stop(config.stop.deadline + graceMs);
    admin.close();
    admin.closeAllConnections();
  };
  try {
    const url = await crew.begun();
    const onError = (error: Error): void => log.error('router-socket-failed', { because: String(error) });
    if (config.admin !== 'off') await listen(admin, config.admin, onError);
    const adminUrl = config.admin === 'off' ? undefined : urlOf(admin);
    log.info('router-listening', { router: id, url, admin: adminUrl, workers: config.workers });
    const hasLog = config.accessLog !== 'off';
    const reopenLogs = (): boolean => {
      crew.reopenLogs();
      return hasLog;
    };
    return { id, url, adminUrl, stop, reopenLogs };
  } catch (error) {
    await stop();
    throw error;
  }
};

const adminOf = (id: string, crew: Crew) => {
  const own = new Registry();
  const gauges = ownGauges(own);
  return createAdminServer(
    adminPages({
      telling: async () => {
        const { seen } = await crew.look();
        return { ...addUp(id, seen), more: { workers: seen.map(shown) } };
      },
      metrics: async () => {
        const { seen, gone } = await crew.look();
        gauges(seen);
        const ours: Numbers = { metrics: await metricsOf(own), durations: { counts: [], sumMs: 0 } };
        const told = seen.flatMap((one) => one.told?.numbers ?? []);
        return { type: own.contentType, body: await numbersText([...told, ...gone, ours]) };
      },
    }),
  );
};

const shown = ({ told, ...rest }: Seen) => {
  const pools = told === undefined ? [] : [told.telling.shown, ...Object.values(told.telling.others)];
  const members = pools.flatMap((pool) => [...pool.members, ...pool.leaving]);
  return { ...rest, inFlight: members.reduce((sum, { inFlight }) => sum + inFlight, 0) };
};

const ownGauges = (registry: Registry) => {
  const workers = new Gauge({
    name: 'doctor_monkey_proxy_workers',
    help: 'Workers by state; silent: one that serves and has not answered within a second.',
    labelNames: ['state'],
    registers: [registry],
  });
  const restarts = new Counter({
    name: 'doctor_monkey_proxy_worker_restarts_total',
    help: 'Workers that have ended and were started again.',
    registers: [registry],
  });
  return (seen: readonly Seen[]): void => {
    for (const state of ['starting', 'serving', 'silent'] as const)
      workers.set({ state }, seen.filter((one) => one.state === state).length);
    restarts.reset();
    restarts.inc(seen.reduce((sum, one) => sum + one.restarts, 0));
  };
};
