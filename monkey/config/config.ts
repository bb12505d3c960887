import type { PolicySource } from '../../pool/policy.ts';
import type { FileSettings } from './schema.ts';
import type { Secret } from './secret.ts';

type FileRedis = FileSettings['pool']['redis'];

/** How to reach the pool's Redis, secrets and certificates read. */
export interface RedisAccess {
  /** `redis://` or `rediss://`, without user or password. One of this, `sentinels` and `cluster` is there. */
  readonly url: string | undefined;
  readonly sentinels: SentinelAccess | undefined;
  /** URLs of nodes of a Redis Cluster. */
  readonly cluster: readonly string[] | undefined;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  /** PEM texts; undefined with `redis://`, and where the system's authorities are to be trusted. */
  readonly tls: RedisTls | undefined;
}

/** Who knows which Redis is the master, and how they are asked. */
export interface SentinelAccess {
  /** `HOST:PORT` each. */
  readonly addresses: readonly string[];
  /** What they call the master. */
  readonly name: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly tls: RedisTls | undefined;
}

export interface RedisTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: Secret | undefined;
  readonly serverName: NonNullable<FileRedis['tls']>['serverName'];
}

export type PoolAccess = Omit<FileSettings['pool'], 'redis'> & { readonly redis: RedisAccess };

export type SlackAccess = NonNullable<FileSettings['slack']> & { readonly token: Secret | undefined };

export type WebhookAccess = NonNullable<NonNullable<FileSettings['pages']>['webhook']> & {
  readonly key: Secret | undefined;
};

/** All that a process is told from outside: read once, frozen, whole. */
export type Config = Omit<FileSettings, 'pool' | 'slack' | 'pages'> & {
  readonly pool: PoolAccess;
  readonly slack?: SlackAccess;
  readonly pages?: { readonly webhook?: WebhookAccess };
  /** `policy` as it was written, which is what a pool holds. */
  readonly policySource?: PolicySource;
};
