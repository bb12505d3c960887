/**
 * A real Redis for tests. It listens on loopback on a port of its own, keeps nothing on disk unless asked, and dies
 * with the test: `afterAll(() => redis.stop())` is for the leak check, not for safety.
 */
import { type LocalRedis, type LocalRedisOptions, startLocalRedis } from '../../infra/local-redis/local-redis.ts';

export type TestRedis = LocalRedis;

export const startRedis = (options?: LocalRedisOptions): Promise<TestRedis> => startLocalRedis(options);
