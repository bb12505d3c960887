import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { poolKeys } from '../../../pool/redis/keys.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../../pool/store.ts';
import { nodeRecord } from '../../support/nodes.ts';
import { startRedis } from '../../support/redis.ts';

const limits = { deadlineMs: 5_000 };
const keys = poolKeys('web');
let redis: Awaited<ReturnType<typeof startRedis>>;
let admin: Redis;
let plain: PoolStore;
let wire: PoolStore;

beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
  plain = connectRedisPool({ name: 'web', url: redis.url });
  wire = connectRedisPool({ name: 'web', url: redis.url, once: true });
});
afterAll(async () => {
  admin.disconnect();
  await Promise.all([plain.close(), wire.close()]);
  await redis.stop();
});

beforeEach(async () => {
  await admin.flushall();
  await admin.set(keys.version, '7').then(() => admin.set(keys.epoch, 'e'));
  // Not all of them ASCII.
  for (let at = 0; at < 450; at += 1) {
    const node = nodeRecord(`web-${at}`, { because: `geprüft ✓ ${at}` });
    await admin.hset(keys.nodes, node.id, JSON.stringify(node));
    await admin.rpush(keys.live, node.url);
    await admin.zadd(keys.seen, 1_000 + at, node.id);
    await admin.hset(keys.pulses, node.id, '["s",0.25,null,"well",null,"act"]');
  }
  await admin.hset(keys.policy, { version: '1', by: 'ann', atMs: '5', source: '{"limits":{"minServing":2}}' });
});

const both = async () => {
  const views = [await plain.view(limits), await wire.view(limits)];
  return views.map((view) => ({ ...view, nodes: new Map(view.nodes), nowMs: 0, readAtMs: 0 }));
};

test('is what the plain reading yields', async () => {
  const [one, other] = await both();
  expect(other).toEqual(one);
  expect([other?.nodes.size, other?.beats.size, other?.seen.size, other?.live.length]).toEqual([450, 450, 450, 450]);
  expect(other?.policy?.policy.limits.minServing).toBe(2);
});

test('is so where a text of a stranger holds lines and lengths', async () => {
  await admin.hset(keys.nodes, 'a\r\nb', '$3\r\ntwo', 'c', `{\n"schema":1}`);
  const [one, other] = await both();
  expect(other).toEqual(one);
  expect(other?.nodes.size).toBe(450);
  expect(other?.garbage.map(({ field }) => field).sort()).toEqual(['a\r\nb', 'c']);
});

test.each(['nodes', 'seen', 'pulses', 'live', 'policy', 'leader'] as const)(
  'is so where %s is a key of another type',
  async (name) => {
    await admin.del(keys[name]);
    await admin.xadd(keys[name], '*', 'a', 'b');
    const [one, other] = await both();
    expect(other).toEqual(one);
    expect(other?.garbage.some(({ key }) => key === keys[name])).toBe(true);
  },
);

test('is so of a pool that was never written to', async () => {
  await admin.flushall();
  const [one, other] = await both();
  expect(other).toEqual(one);
});
