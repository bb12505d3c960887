/** A proxy of several workers: its first process holds the port, keeps the workers, and answers for all of them. */
import type { Server } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import { type Clock, systemClock } from '../../pool/clock.ts';
import { type Log, silentLog } from '../../pool/log.ts';
import { createAdminServer } from '../admin.ts';
import { adminPages } from '../admin-pages.ts';
import { namingSetting } from '../cannot-listen.ts';
import type { ProxyConfig } from '../config-schema.ts';
import { metricsOf, type Numbers, numbersText } from '../numbers.ts';
import { socketFailures } from '../socket-failures.ts';
import { listen } from '../stop.ts';
import { newRouterId, type RunningProxy, urlOf } from '../wiring.ts';
import { addUp } from './add-up.ts';
import { Crew, type CrewParts, type Seen } from './crew.ts';
import { bindPort, givenPort, type Port } from './port.ts';
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
  const onError = socketFailures(log, clock);
  // The crew must be there before anybody can ask: nothing may be waited for between the ports and it.
  const admin = adminOf(id, () => crew.look());
  const port = await takePorts(config, listenFd, admin, onError);
  const start = spawnWorkers({ ...options, fd: port.fd });
  const crew = new Crew({ proxy: id, workers: config.workers, start, files, pools, clock, log });
  const stop = async (): Promise<void> => {
    port.close();
    await crew.stop(config.stop.deadline + graceMs);
    admin.close();
    admin.closeAllConnections();
  };
  try {
    const url = await crew.begun();
    const adminUrl = config.admin === 'off' ? undefined : urlOf(admin);
    log.info('router-listening', { router: id, url, admin: adminUrl, workers: config.workers });
    const hasLog = config.accessLog !== 'off';
    const reopenLogs = (): boolean => {
      crew.reopenLogs();
      return hasLog;
    };
    return { id, url, adminUrl, stop: aloud(stop, id, config, { clock, log }), reopenLogs };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** What was waited for, and what was cut, each worker tells of itself. */
const aloud =
  (
    stop: () => Promise<void>,
    router: string,
    { workers, stop: { deadline } }: ProxyConfig,
    { clock, log }: Required<WorkersParts>,
  ): (() => Promise<void>) =>
  async () => {
    const startedMs = clock.monotonicMs();
    log.info('router-stopping', { router, workers, deadlineMs: deadline });
    await stop();
    log.info('router-stopped', { router, workers, tookMs: Math.round(clock.monotonicMs() - startedMs) });
  };

/** That of clients is bound, the admin port listens: where one of them is taken no worker begins in vain. */
const takePorts = async (
  { listen: at, admin: adminAt }: ProxyConfig,
  listenFd: number | undefined,
  admin: Server,
  onError: (error: Error) => void,
): Promise<Port> => {
  const port = listenFd === undefined ? await bindPort(at).catch(namingSetting('listen', at)) : givenPort(listenFd);
  try {
    if (adminAt !== 'off') await listen(admin, adminAt, onError).catch(namingSetting('admin', adminAt));
    return port;
  } catch (error) {
    port.close();
    throw error;
  }
};

const adminOf = (id: string, look: Crew['look']) => {
  const own = new Registry();
  const gauges = ownGauges(own);
  return createAdminServer(
    adminPages({
      telling: async () => {
        const { seen } = await look();
        return { ...addUp(id, seen), more: { workers: seen.map(shown) } };
      },
      metrics: async () => {
        const { seen, gone } = await look();
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
