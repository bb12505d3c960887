import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { systemClock } from '../../../pool/clock.ts';
import { poolKeys } from '../../../pool/redis/keys.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { readWireView } from '../../../pool/redis/wire-view.ts';
import type { PoolStore } from '../../../pool/store.ts';
import { nodeRecord } from '../../support/nodes.ts';
import { startRedis } from '../../support/redis.ts';

const limits = { deadlineMs: 20_000 };
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
  return views.map((view) => ({
    ...view,
    nodes: new Map(view.nodes),
    beats: new Map(view.beats),
    nowMs: 0,
    readAtMs: 0,
  }));
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

test('is done on the one connection that Redis grants, where it grants no second', async () => {
  const full = await startRedis();
  const other = new Redis(full.url);
  let store: PoolStore | undefined;
  try {
    await other.hset(keys.nodes, 'a', JSON.stringify(nodeRecord('a')));
    // The one that sets it, and that of the calls.
    await other.config('SET', 'maxclients', '2');
    store = connectRedisPool({ name: 'web', url: full.url, once: true });
    expect([...(await store.view(limits)).nodes.keys()]).toEqual(['a']);
    expect(await other.info('stats')).not.toContain('rejected_connections:0');
  } finally {
    other.disconnect();
    await store?.close();
    await full.stop();
  }
});

test('ends at its deadline, and asks nothing after it, also where the first question is never answered', async () => {
  const answered: (() => void)[] = [];
  const written: unknown[] = [];
  const stream = new PassThrough();
  stream.write = ((text: unknown) => written.push(text) > 0) as typeof stream.write;
  const call = () => new Promise<void>((resolve) => answered.push(resolve));
  const reading = readWireView({ call, stream } as unknown as Redis, keys, systemClock, { deadlineMs: 30 });
  await expect(reading).rejects.toThrow('no answer within 30 ms');
  for (const late of answered) late();
  await new Promise(setImmediate);
  expect([answered.length, written]).toEqual([1, []]);
});
