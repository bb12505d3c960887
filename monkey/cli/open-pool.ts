import type { ConnectionOptions } from 'node:tls';
import { type Log, silentLog } from '../../pool/log.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../pool/store.ts';
import type { PoolAccess, RedisTls } from '../config/config.ts';

/** Opens the pool that a configuration names. Returns at once; whether Redis answers is seen with the first call. */
export const openPool = ({ name, redis }: PoolAccess, log: Log = silentLog): PoolStore =>
  connectRedisPool({ name, log, ...redisAddress(redis) });

/** Where Redis is and how it is reached, with the secrets taken out of their wrapping: for the client library alone. */
export const redisAddress = ({ url, username, password, tls }: PoolAccess['redis']) => ({
  url,
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password: password.reveal() }),
  ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
});

const tlsOptions = ({ ca, cert, key, serverName }: RedisTls): ConnectionOptions => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key: key.reveal() }),
  ...(serverName === undefined ? {} : { servername: serverName }),
});
