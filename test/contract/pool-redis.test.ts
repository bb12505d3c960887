import { Redis } from 'ioredis';
import { connectRedisPool, type RedisPoolOptions } from '../../pool/redis/redis-pool.ts';
import { startRedis } from '../support/redis.ts';
import { poolStoreContract } from './pool-store.contract.ts';

const harness = (how: Pick<RedisPoolOptions, 'once'>) => async () => {
  const redis = await startRedis();
  const admin = new Redis(redis.url);
  await admin.ping();
  return {
    empty: async () => {
      await admin.flushall();
    },
    open: () => connectRedisPool({ name: 'web', url: redis.url, ...how }),
    breakConnections: async () => {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    stop: async () => {
      admin.disconnect();
      await redis.stop();
    },
  };
};

poolStoreContract('RedisPool', harness({}));
poolStoreContract('RedisPool that reads once', harness({ once: true }));
