import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { buildCommit } from '../../pool/build-commit.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import { limits, poolStoreContract } from '../contract/pool-store.contract.ts';
import { draftOf, put } from '../support/nodes.ts';
import { startRedis } from '../support/redis.ts';

const guide = readFileSync(new URL('../../docs/install.md', import.meta.url), 'utf8');

/** The rules of `ACL SETUSER doctor-monkey` as the guide gives them, with a password of ours. */
const rules = (password: string): readonly string[] => {
  const line = /redis-cli ACL SETUSER (.+)$/m.exec(guide)?.[1];
  if (line === undefined) throw new Error('the guide sets no user');
  return line.replace('">$(cat redis-password)"', `>${password}`).replaceAll("'", '').split(' ');
};

/** The settings that the guide wants in redis.conf. */
const settings = (): readonly string[] => {
  const block = /In `redis\.conf`:\n\n```\n([^`]+)```/.exec(guide)?.[1] ?? '';
  return block
    .trim()
    .split('\n')
    .flatMap((line) => line.split(' ').map((word, index) => (index === 0 ? `--${word}` : word)));
};

poolStoreContract('RedisPool, with the settings and the rights that the guide gives it,', async () => {
  const redis = await startRedis({ args: settings() });
  const admin = new Redis(redis.url);
  await admin.call('ACL', 'SETUSER', ...rules('meow'));
  return {
    empty: async () => {
      await admin.flushall();
    },
    open: () => connectRedisPool({ name: 'web', url: redis.url, username: 'doctor-monkey', password: 'meow' }),
    breakConnections: async () => {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    stop: async () => {
      admin.disconnect();
      await redis.stop();
    },
  };
});

test('the user of the guide may learn whether there is a replica to wait for', async () => {
  const redis = await startRedis({ args: settings() });
  const admin = new Redis(redis.url);
  await admin.call('ACL', 'SETUSER', ...rules('meow'));
  const store = connectRedisPool({ name: 'web', url: redis.url, username: 'doctor-monkey', password: 'meow' });
  const view = await store.view(limits);
  const committed = await store.commit(buildCommit(view, draftOf([put('web-1')], { durable: true }), 'c1'), limits);
  await store.close();
  admin.disconnect();
  await redis.stop();
  expect(committed.kind).toBe('committed');
});
