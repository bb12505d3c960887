/** Where connections are made. Everything else here takes what this returns, so another topology is added here only. */
import type { ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';

export interface RedisAddress {
  /** `redis://host:port/db`, `rediss://…` for TLS, or `unix:///path/to.sock`. User and password may stand in it. */
  readonly url: string;
  /** Wins over what stands in the URL. */
  readonly username?: string;
  readonly password?: string;
  readonly tls?: ConnectionOptions;
  /** How long one attempt to connect may take; 2 s unless told. */
  readonly connectTimeoutMs?: number;
}

/** Pause before the next attempt to connect: from 50 ms doubling to 1 s, and up to a quarter more by chance. */
const retryPauseMs = (attempt: number): number =>
  Math.round(Math.min(1_000, 50 * 2 ** Math.min(attempt - 1, 10)) * (1 + Math.random() / 4));

/**
 * A connection that tries for ever and never sends a command twice: what was under way when it broke is rejected, and
 * what is asked while it is down is rejected at once. `stallMs`: commands without any answer for so long end it.
 */
export const openRedis = (address: RedisAddress, label: string, stallMs: number): Redis =>
  new Redis({
    ...endpoint(address),
    connectionName: `doctor-monkey-${label}`,
    connectTimeout: address.connectTimeoutMs ?? 2_000,
    protocol: 2,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: retryPauseMs,
    // A master that was demoted stays connected, and would refuse our writes for ever.
    reconnectOnError: (error) => error.message.includes('READONLY'),
    socketTimeout: stallMs,
    keepAlive: 10_000,
    // Its timer outlives a connection that had broken already, and would hold up the end of the process.
    disconnectTimeout: 100,
  });

type Endpoint = Pick<RedisOptions, 'host' | 'port' | 'path' | 'db' | 'username' | 'password' | 'tls'>;

const endpoint = ({ url, username, password, tls }: RedisAddress): Endpoint => {
  const parsed = new URL(url);
  const user = username ?? decodeURIComponent(parsed.username);
  const secret = password ?? decodeURIComponent(parsed.password);
  return {
    ...whereTo(parsed),
    ...(user === '' ? {} : { username: user }),
    ...(secret === '' ? {} : { password: secret }),
    ...(tls !== undefined || parsed.protocol === 'rediss:' ? { tls: tls ?? {} } : {}),
  };
};

/** Throws for a URL that is no Redis URL: it is checked where configuration is read, so here it is a bug. */
const whereTo = ({ protocol, hostname, port, pathname }: URL): Endpoint => {
  if (protocol === 'unix:') return { path: decodeURIComponent(pathname) };
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw new Error(`${protocol}// is not a Redis URL`);
  const host = hostname === '' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '');
  const db = Number(pathname.slice(1));
  return { host, port: port === '' ? 6379 : Number(port), ...(Number.isSafeInteger(db) ? { db } : {}) };
};
