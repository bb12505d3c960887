import { Redis } from 'ioredis';
import { startLocalSentinels } from '../../infra/local-redis/local-sentinels.ts';
import { parseHostPort } from '../../pool/redis/host-port.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import { poolStoreContract } from './pool-store.contract.ts';

poolStoreContract('RedisPool, by Sentinels and with a replica,', async () => {
  const pool = await startLocalSentinels({ name: 'web' });
  const admin = new Redis(pool.master.url);
  const nodes = pool.sentinels.map(parseHostPort).filter((node) => node !== undefined);
  return {
    empty: async () => {
      await admin.flushall();
    },
    open: () => connectRedisPool({ name: 'web', sentinels: { nodes, name: 'web' } }),
    breakConnections: async () => {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    stop: async () => {
      admin.disconnect();
      await pool.stop();
    },
  };
});
