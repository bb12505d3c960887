import { Redis } from 'ioredis';
import { startLocalCluster } from '../../infra/local-redis/local-cluster.ts';
import { poolKeys } from '../../pool/redis/keys.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import { poolStoreContract } from './pool-store.contract.ts';

poolStoreContract('RedisPool, in a Redis Cluster of three,', async () => {
  const cluster = await startLocalCluster();
  const owner = await cluster.ownerOf(poolKeys('web').epoch);
  const admin = new Redis(owner.url);
  return {
    empty: async () => {
      await admin.flushall();
    },
    open: () => connectRedisPool({ name: 'web', cluster: cluster.nodes.map(({ url }) => url) }),
    breakConnections: async () => {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    stop: async () => {
      admin.disconnect();
      await cluster.stop();
    },
  };
});
