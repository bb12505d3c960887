import type { ConnectionOptions } from 'node:tls';
import { type Log, silentLog } from '../../pool/log.ts';
import type { RedisAddress, RedisWhere } from '../../pool/redis/connect.ts';
import { parseHostPort } from '../../pool/redis/host-port.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../pool/store.ts';
import type { PoolAccess, RedisTls } from '../config/config.ts';
import type { Secret } from '../config/secret.ts';
import type { HowRead } from './command.ts';

/** Opens the pool that a configuration names. Returns at once; whether Redis answers is seen with the first call. */
export const openPool = ({ name, redis }: PoolAccess, log: Log = silentLog, how: HowRead = {}): PoolStore =>
  connectRedisPool({ name, log, ...how, ...redisAddress(redis) });

/** Where Redis is and how it is reached, with the secrets taken out of their wrapping: for the client library alone. */
export const redisAddress = ({ url, sentinels, cluster, username, password, tls }: Access): RedisAddress => ({
  ...where(url, sentinels, cluster),
  ...login(username, password),
  ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
});

type Access = PoolAccess['redis'];

const where = (url: Access['url'], sentinels: Access['sentinels'], cluster: Access['cluster']): RedisWhere => {
  if (url !== undefined) return { url };
  if (sentinels === undefined) return { cluster: cluster ?? [] };
  const { addresses, name, username, password, tls } = sentinels;
  const nodes = addresses.map(parseHostPort).filter((node) => node !== undefined);
  return {
    sentinels: { nodes, name, ...login(username, password), ...(tls === undefined ? {} : { tls: tlsOptions(tls) }) },
  };
};

const login = (username: string | undefined, password: Secret | undefined) => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password: password.reveal() }),
});

const tlsOptions = ({ ca, cert, key, serverName }: RedisTls): ConnectionOptions => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key: key.reveal() }),
  ...(serverName === undefined ? {} : { servername: serverName }),
});
