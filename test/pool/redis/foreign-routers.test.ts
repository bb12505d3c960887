import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { poolKeys } from '../../../pool/redis/keys.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { put } from '../../support/nodes.ts';
import { commitTo } from '../../support/pool-writer.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

test('a router that rotates the live list and one that reads it never see a URL twice or one that is out', async () => {
  const { live } = poolKeys('web');
  const store = connectRedisPool({ name: 'web', url: redis.url });
  const rotator = new Redis(redis.url);
  const reader = new Redis(redis.url);
  const always = ['http://n0.test:8080', 'http://n1.test:8080', 'http://n2.test:8080'];
  await commitTo(store, [put('n0'), put('n1'), put('n2'), put('moody')]);
  const done = new AbortController();
  const isDone = () => done.signal.aborted;
  const wrong: (readonly string[])[] = [];
  const rotating = (async () => {
    while (!isDone()) await rotator.rpoplpush(live, live);
  })();
  const reading = (async () => {
    while (!isDone()) {
      const urls = await reader.lrange(live, 0, -1);
      const known = urls.filter((url) => url !== 'http://moody.test:8080').sort();
      if (new Set(urls).size !== urls.length || known.join() !== always.join()) wrong.push(urls);
    }
  })();
  try {
    for (let round = 0; round < 100; round += 1) {
      const state = round % 2 === 0 ? 'draining' : 'serving';
      const { kind } = await commitTo(store, [put('moody', { state, because: `round ${round}` })]);
      expect(kind).toBe('committed');
      const urls = await reader.lrange(live, 0, -1);
      expect(urls.filter((url) => url === 'http://moody.test:8080')).toHaveLength(state === 'serving' ? 1 : 0);
    }
  } finally {
    done.abort();
    await Promise.all([rotating, reading]);
    rotator.disconnect();
    reader.disconnect();
    await store.close();
  }
  expect(wrong).toEqual([]);
});
