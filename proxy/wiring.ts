/** Puts a router together and starts it. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { hostname } from 'node:os';
import { type Clock, systemClock } from '../pool/clock.ts';
import { type Log, silentLog } from '../pool/log.ts';
import type { PoolStore } from '../pool/store.ts';
import type { UrlRules } from '../pool/url-allowed.ts';
import { sourceByHand } from './by-hand.ts';
import { namingSetting } from './cannot-listen.ts';
import { type Read, readCertificate, watchCertificate } from './certificate.ts';
import type { ProxyConfig } from './config-schema.ts';
import { sourceFromPool } from './from-pool.ts';
import { localUrl } from './listen-address.ts';
import type { Numbers } from './numbers.ts';
import type { RoutedPool } from './routed-pool.ts';
import { Router } from './router.ts';
import { socketFailures } from './socket-failures.ts';
import { listen } from './stop.ts';
import type { Telling } from './telling.ts';

export interface ProxyOptions {
  /** Output of the `proxySchema`. */
  readonly config: ProxyConfig;
  readonly routes: Routes;
  /** A socket that listens already, instead of `config.listen`. */
  readonly listenFd?: number | undefined;
  /** Undefined: it is alone on its port. */
  readonly worker?: WorkerNames | undefined;
}

/** Who a router is that shares its port with others. */
export interface WorkerNames {
  /** What it is called in the pool, never used before. */
  readonly id: string;
  /** What all of them call themselves in `Via`, so that a request that runs in a circle is found by any of them. */
  readonly pseudonym: string;
  /** One of them writes the snapshot file. */
  readonly writesSnapshot: boolean;
}

export type Routes =
  /** Follows a pool, and `others` that routes go to. The stores stay the caller's: they are not closed here. */
  | {
      readonly kind: 'pool';
      readonly store: PoolStore;
      readonly others?: readonly PoolStore[];
      readonly rules: UrlRules;
    }
  /** These URLs and nothing else: no Redis, no snapshot file. */
  | { readonly kind: 'static'; readonly urls: readonly string[] };

export interface ProxyParts {
  readonly clock?: Clock;
  readonly log?: Log;
  /** Wall-clock time in milliseconds since 1970; only for the age of the snapshot file. */
  readonly wallMs?: () => number;
}

export interface RunningProxy {
  /** What this router is called in the pool. */
  readonly id: string;
  readonly url: string;
  readonly adminUrl: string | undefined;
  /** Lets nobody new in, ends what is under way within `stop.deadline`, and says good-bye to the pool. */
  readonly stop: () => Promise<void>;
  /** The access log was moved away: begins a new file of its name. False: there is none. */
  readonly reopenLogs: () => boolean;
  readonly telling: () => Telling;
  readonly numbers: () => Promise<Numbers>;
}

/** What a router is called; no other ever is. */
export const newRouterId = (): string => `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;

/**
 * Starts a router; resolves when it listens, which it does within about 2 s even where the pool cannot be read.
 * Rejects with `CannotListen` where an address is taken, say.
 */
export const startProxy = async (options: ProxyOptions, given: ProxyParts = {}): Promise<RunningProxy> => {
  const { config, routes, listenFd, worker } = options;
  const { clock = systemClock, log = silentLog, wallMs = Date.now } = given;
  const id = worker?.id ?? newRouterId();
  const parts = { clock, log, wallMs };
  const shown = await certificateOf(config);
  const pool = routes.kind === 'pool' ? routes.store.name : 'static';
  const router = new Router(id, pool, config, clock, log, {
    ...{ certificate: shown?.certificate, wallMs, pseudonym: worker?.pseudonym },
  });
  await Promise.all(router.pools.map(async (one) => follow(one, id, options, parts)));
  const { admin } = config;
  const onError = socketFailures(log, clock);
  try {
    // Nobody is let in who would be turned out again because the admin port is taken.
    if (admin !== 'off') await listen(router.admin, admin, onError).catch(namingSetting('admin', admin));
    if (listenFd !== undefined) await listen(router.server, { fd: listenFd }, onError);
    else await listen(router.server, config.listen, onError).catch(namingSetting('listen', config.listen));
  } catch (error) {
    await router.stop();
    throw error;
  }
  const url = urlOf(router.server, config.tls === undefined ? 'http' : 'https');
  const endWatch = shown === undefined ? undefined : watch(shown, router, config, parts);
  const adminUrl = admin === 'off' ? undefined : urlOf(router.admin);
  log.info('router-listening', { router: id, url, admin: adminUrl });
  const stop = async (): Promise<void> => {
    await Promise.all([endWatch?.(), router.stop()]);
  };
  return {
    ...{ id, url, adminUrl, stop, reopenLogs: () => router.reopenLogs() },
    ...{ telling: () => router.telling(), numbers: () => router.numbers() },
  };
};

type Shown = Extract<Read, { kind: 'certificate' }>;

const certificateOf = async ({ tls }: ProxyConfig): Promise<Shown | undefined> => {
  if (tls === undefined) return undefined;
  // One that has expired is better than none: who asks is told, and may go on.
  const read = await readCertificate(tls, readText, 0);
  if (read.kind === 'certificate') return read;
  throw new Error(`proxy.tls: ${tls.cert}: ${read.because}`);
};

const watch = (shown: Shown, router: Router, { tls }: ProxyConfig, parts: Required<ProxyParts>) =>
  tls === undefined
    ? undefined
    : watchCertificate(shown, {
        ...parts,
        files: tls,
        readFile: readText,
        onNew: (certificate) => router.useCertificate(certificate),
      });

const readText = (path: string): Promise<string> => readFile(path, 'utf8');

const follow = async (
  pool: RoutedPool,
  id: string,
  { routes, config: { snapshotFile }, worker }: ProxyOptions,
  parts: Required<ProxyParts>,
): Promise<void> => {
  const { name, table } = pool;
  const writesSnapshot = worker?.writesSnapshot !== false;
  if (routes.kind === 'static') {
    pool.source = sourceByHand(routes.urls, table, parts.log);
    return;
  }
  const { store, others = [], rules } = routes;
  const own = [store, ...others].find((one) => one.name === name);
  if (own === undefined) throw new Error(`a route goes to the pool ${name}, and nobody has opened it`);
  const file = own === store || snapshotFile === undefined ? snapshotFile : `${snapshotFile}.${name}`;
  pool.source = await sourceFromPool({ id, store: own, rules, snapshotFile: file, writesSnapshot, table, ...parts });
};

export const urlOf = (server: Server, protocol: 'http' | 'https' = 'http'): string => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server that listens has an address');
  return localUrl(address).replace('http', protocol);
};
