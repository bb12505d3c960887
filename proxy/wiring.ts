/** Puts a router together and starts it. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { type Clock, systemClock } from '../pool/clock.ts';
import { type Log, silentLog } from '../pool/log.ts';
import type { PoolStore } from '../pool/store.ts';
import type { UrlRules } from '../pool/url-allowed.ts';
import { sourceByHand } from './by-hand.ts';
import type { ProxyConfig } from './config-schema.ts';
import { sourceFromPool } from './from-pool.ts';
import { localUrl } from './listen-address.ts';
import { Router } from './router.ts';
import type { Source } from './source.ts';
import { listen } from './stop.ts';

export interface ProxyOptions {
  /** Output of the `proxySchema`. */
  readonly config: ProxyConfig;
  readonly routes: Routes;
}

export type Routes =
  /** Follows a pool. The store stays the caller's: it is not closed here. */
  | { readonly kind: 'pool'; readonly store: PoolStore; readonly rules: UrlRules }
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
}

/**
 * Starts a router; resolves when it listens, which it does within about 2 s even where the pool cannot be read.
 * Rejects with Node's error (`EADDRINUSE`, …) where it cannot listen.
 */
export const startProxy = async ({ config, routes }: ProxyOptions, parts: ProxyParts = {}): Promise<RunningProxy> => {
  const { clock = systemClock, log = silentLog, wallMs = Date.now } = parts;
  const id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const router = new Router(id, config, clock, log);
  router.source = await sourceOf(routes, router, config, { clock, log, wallMs });
  const { admin } = config;
  try {
    await listen(router.server, config.listen);
    if (admin !== 'off') await listen(router.admin, admin);
  } catch (error) {
    await router.stop();
    throw error;
  }
  const url = urlOf(router.server);
  const adminUrl = admin === 'off' ? undefined : urlOf(router.admin);
  log.info('router-listening', { router: id, url, admin: adminUrl });
  return { id, url, adminUrl, stop: () => router.stop() };
};

const sourceOf = (
  routes: Routes,
  { id, table }: Router,
  { snapshotFile }: ProxyConfig,
  parts: Required<ProxyParts>,
): Source | Promise<Source> =>
  routes.kind === 'static'
    ? sourceByHand(routes.urls, table, parts.log)
    : sourceFromPool({ id, store: routes.store, rules: routes.rules, snapshotFile, table, ...parts });

const urlOf = (server: Server): string => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server that listens has an address');
  return localUrl(address);
};
