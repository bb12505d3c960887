/** Where connections are made. Everything else here takes what this returns, so another topology is added here only. */
import type { ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import { elsewhere } from './denial.ts';
import type { HostPort } from './host-port.ts';
import { slotConnector } from './slot-connector.ts';

/** Where Redis is: one server, the master that Sentinels name, or the node of a Redis Cluster that holds the pool. */
export type RedisWhere =
  /** `redis://host:port/db`, `rediss://…` for TLS, or `unix:///path/to.sock`. User and password may stand in it. */
  | { readonly url: string }
  | { readonly sentinels: Sentinels }
  /** URLs of nodes, like the one above. */
  | { readonly cluster: readonly string[] };

export interface Sentinels {
  readonly nodes: readonly HostPort[];
  /** What they call the master. */
  readonly name: string;
  readonly username?: string;
  readonly password?: string;
  /** Undefined: no TLS to the Sentinels. */
  readonly tls?: ConnectionOptions;
}

export type RedisAddress = RedisWhere & {
  /** Wins over what stands in the URL. */
  readonly username?: string;
  readonly password?: string;
  readonly tls?: ConnectionOptions;
  /** How long one attempt to connect may take; 2 s unless told. */
  readonly connectTimeoutMs?: number;
};

/** Pause before the next attempt to connect: from 50 ms doubling to 1 s, and up to a quarter more by chance. */
const retryPauseMs = (attempt: number): number =>
  Math.round(Math.min(1_000, 50 * 2 ** Math.min(attempt - 1, 10)) * (1 + Math.random() / 4));

/**
 * A connection that tries for ever and never sends a command twice: what was under way when it broke is rejected, and
 * what is asked while it is down is rejected at once. `stallMs`: commands without any answer for so long end it. `key`
 * is one of the pool's.
 */
export const openRedis = (address: RedisAddress, label: string, stallMs: number, key: string): Redis =>
  new Redis({
    ...endpoint(address, key),
    connectionName: `doctor-monkey-${label}`,
    connectTimeout: address.connectTimeoutMs ?? connectTimeoutMs,
    protocol: 2,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: retryPauseMs,
    // A master that was demoted, or whose slot went away, stays connected, and would refuse our writes for ever. `true`
    // connects anew and sends nothing again.
    reconnectOnError: ({ message }) =>
      message.includes('READONLY') || ('cluster' in address && elsewhere.test(message)),
    socketTimeout: stallMs,
    keepAlive: 10_000,
    // Its timer outlives a connection that had broken already, and would hold up the end of the process.
    disconnectTimeout: 100,
  });

const connectTimeoutMs = 2_000;

/** The types of the library choose by `replyMapping`, which nothing here sets. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const endpoint = (address: RedisAddress, key: string): Options => {
  const { username, password, tls } = address;
  const given = { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
  if ('sentinels' in address) return { ...given, ...bySentinels(address.sentinels, tls) };
  if ('cluster' in address) return { ...given, ...bySlot(address.cluster, tls, key) };
  const parsed = new URL(address.url);
  return { ...loginIn(parsed), ...given, ...whereTo(parsed), ...tlsOf(parsed, tls) };
};

/** What the client asks the Sentinels: https://redis.github.io/ioredis/interfaces/SentinelConnectionOptions.html */
const bySentinels = (
  { nodes, name, username, password, tls: ofSentinels }: Sentinels,
  tls: ConnectionOptions | undefined,
): Options => ({
  sentinels: [...nodes],
  name,
  role: 'master',
  ...(username === undefined ? {} : { sentinelUsername: username }),
  ...(password === undefined ? {} : { sentinelPassword: password }),
  ...(ofSentinels === undefined ? {} : { sentinelTLS: ofSentinels }),
  ...(tls === undefined ? {} : { tls, enableTLSForSentinelMode: true }),
  sentinelCommandTimeout: connectTimeoutMs,
  // Without a number it would give up for ever once no Sentinel answers.
  sentinelRetryStrategy: retryPauseMs,
  // A deposed master is left as soon as a Sentinel says so, also one that is cut off and would still take our writes.
  failoverDetector: true,
  sentinelMaxConnections: 2,
});

const bySlot = (urls: readonly string[], tls: ConnectionOptions | undefined, key: string): Options => {
  const parsed = urls.map((url) => new URL(url));
  const nodes = parsed.map((url) => {
    const { host = '', port = 0 } = whereTo(url);
    return { host, port };
  });
  const [first] = parsed;
  return {
    Connector: slotConnector({ nodes, key, pauseMs: retryPauseMs }),
    ...(first === undefined ? {} : { ...loginIn(first), ...tlsOf(first, tls) }),
  };
};

const loginIn = (url: URL): Pick<Options, 'username' | 'password'> => ({
  ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
  ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
});

const tlsOf = ({ protocol }: URL, tls: ConnectionOptions | undefined): Pick<Options, 'tls'> =>
  tls !== undefined || protocol === 'rediss:' ? { tls: tls ?? {} } : {};

/** Throws for a URL that is no Redis URL: it is checked where configuration is read, so here it is a bug. */
const whereTo = ({ protocol, hostname, port, pathname }: URL): Pick<Options, 'host' | 'port' | 'path' | 'db'> => {
  if (protocol === 'unix:') return { path: decodeURIComponent(pathname) };
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw new Error(`${protocol}// is not a Redis URL`);
  const host = hostname === '' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '');
  const db = Number(pathname.slice(1));
  return { host, port: port === '' ? 6379 : Number(port), ...(Number.isSafeInteger(db) ? { db } : {}) };
};
