/** `config check --online` against a real Redis: may the user do what its daemon must? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startLocalSentinels } from '../../../infra/local-redis/local-sentinels.ts';
import { poolMeaning } from '../../../monkey/cli/online/pool.ts';
import type { PoolRole } from '../../../pool/redis/permissions.ts';
import { poolRoles } from '../../../pool/redis/permissions.ts';
import type { PoolView } from '../../../pool/view.ts';
import { cli } from '../../support/cli.ts';
import { passwordOf, type RedisWithUsers, startRedisWithUsers, userOf } from '../../support/redis-users.ts';
import { others, policyOf, viewOf } from '../../support/view.ts';

let server: RedisWithUsers;
beforeAll(async () => {
  server = await startRedisWithUsers();
});
afterAll(() => server.stop());

interface Finding {
  readonly name: string;
  readonly verdict: string;
  readonly detail: string;
}

/** What is found with this under `pool.redis`, and how the command ends. */
const check = async (redis: string, role: PoolRole, env: Readonly<Record<string, string>> = {}) => {
  const files = { 'c.yaml': `pool: { name: web, redis: ${redis} }\nnode: { url: "http://10.0.0.7:8080" }\n` };
  const args = ['config', 'check', '--online', '--for', role, '--config', 'c.yaml', '--json'];
  const { out, exit } = await cli(args, { files, env });
  const { online } = JSON.parse(out) as { online: readonly Finding[] };
  return { exit, find: (name: string) => online.find((found) => found.name === name) };
};

/** What is said of the rights of `user` where `role` is meant. */
const rights = async (user: PoolRole, role: PoolRole): Promise<Finding & { readonly exit: number }> => {
  const redis = `{ url: "${server.redis.url}", username: ${userOf(user)} }`;
  const { find, exit } = await check(redis, role, { DOCTOR_MONKEY_REDIS_PASSWORD: passwordOf(user) });
  const found = find('redis-rights');
  if (found === undefined) throw new Error('nothing is said of the rights');
  return { ...found, exit };
};

test.each(poolRoles)('the user of %s has all that it must have', async (role) => {
  expect(await rights(role, role)).toMatchObject({ verdict: 'ok', detail: expect.stringContaining(userOf(role)) });
});

test('a user with too few rights is told which are missing, and where they stand', async () => {
  const { verdict, detail, exit } = await rights('proxy', 'controller');
  expect({ verdict, exit }).toEqual({ verdict: 'bad', exit: 1 });
  expect(detail).toMatch(/^doctor-monkey-proxy may not EVALSHA, EVAL, ROLE, WAIT, .*which a controller must/);
  expect(detail).toContain('the line of doctor-monkey-controller in infra/redis/users.acl');
});

test('the asking changes nothing', async () => {
  await rights('controller', 'controller');
  expect(await server.admin.dbsize()).toBe(0);
});

test('under Sentinels it is a risk that a master without replicas takes writes, until min-replicas-to-write is set', async () => {
  const pool = await startLocalSentinels({ name: 'web' });
  const found = async () => {
    const redis = JSON.stringify({ sentinels: pool.sentinels, sentinelName: 'web' });
    return (await check(redis, 'controller')).find('redis-failover');
  };
  const master = new Redis(pool.master.url);
  try {
    expect(await found()).toMatchObject({ verdict: 'risk', detail: expect.stringContaining('min-replicas-to-write') });
    await master.config('SET', 'min-replicas-to-write', '1');
    expect(await found()).toMatchObject({ verdict: 'ok' });
  } finally {
    master.disconnect();
    await pool.stop();
  }
}, 60_000);

test('a pool that nobody has joined is no risk', async () => {
  const redis = `{ url: "${server.redis.url}", username: ${userOf('controller')} }`;
  const { find } = await check(redis, 'controller', { DOCTOR_MONKEY_REDIS_PASSWORD: passwordOf('controller') });
  expect(find('pool')).toMatchObject({ verdict: 'skipped', detail: 'nobody has joined it yet' });
});

test('a pool whose policy can never admit a treatment is a risk, said before the first sickness', () => {
  const policy = { version: 1, policy: policyOf({ limits: { minServing: 3 } }) } as PoolView['policy'];
  expect(poolMeaning(viewOf(others(3), { policy }))).toMatchObject([
    { name: 'pool', verdict: 'risk', detail: expect.stringContaining('minServing is 3 and the pool has 3 nodes') },
  ]);
  expect(poolMeaning(viewOf(others(4), { policy }))).toMatchObject([{ verdict: 'ok' }]);
});
