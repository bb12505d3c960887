import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { buildCommit } from '../../../pool/build-commit.ts';
import { systemClock } from '../../../pool/clock.ts';
import { follow } from '../../../pool/follower.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { PoolAway } from '../../../pool/store.ts';
import { closedPort } from '../../support/canned-server.ts';
import { eventually } from '../../support/eventually.ts';
import { draftOf, put } from '../../support/nodes.ts';
import { commitTo } from '../../support/pool-writer.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { startRedis } from '../../support/redis.ts';
import { listener } from '../../support/until.ts';

const limits = { deadlineMs: 20_000 };
const short = { deadlineMs: 200 };
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

const start = async (args: readonly string[] = []) => {
  const redis = await startRedis({ args });
  cleanUp.push(() => redis.stop());
  return redis;
};
const open = (url: string, rest: { password?: string; replicaWaitMs?: number } = {}) => {
  const log = recordingLog();
  const store = connectRedisPool({ name: 'web', url, log, ...rest });
  cleanUp.push(() => store.close());
  return { store, log };
};

describe('a Redis that is not there', () => {
  test('is PoolAway for calls and a certain no for commits', async () => {
    const { store, log } = open(`redis://127.0.0.1:${await closedPort()}`);
    await expect(store.view(short)).rejects.toThrow(PoolAway);
    const commit = buildCommit(await emptyView(), draftOf([put('a')]), 'c');
    expect(await store.commit(commit, short)).toEqual({
      kind: 'conflict',
      because: expect.stringMatching(/^not sent/),
    });
    expect(log.logged.filter(({ event }) => event === 'redis-away').map(({ fields }) => fields?.['cause'])).toEqual([
      'nobody listens there (ECONNREFUSED)',
    ]);
  });

  test('that wants another password is away with that cause, told once', async () => {
    const redis = await start(['--requirepass', 'right']);
    const { store, log } = open(redis.url, { password: 'wrong' });
    await expect(store.view({ deadlineMs: 1_000 })).rejects.toThrow(PoolAway);
    const causes = (): readonly string[] =>
      log.of('redis-away').flatMap(({ fields }) => {
        const cause = String(fields?.['cause']);
        return cause.startsWith('WRONGPASS') ? [cause] : [];
      });
    await eventually('that cause is told', () => causes().length > 0);
    await expect(store.view({ deadlineMs: 1_000 })).rejects.toThrow(PoolAway);
    expect(causes()).toHaveLength(1);
    expect(JSON.stringify(log.logged)).not.toContain('right');
    const { store: good } = open(redis.url, { password: 'right' });
    expect((await good.view(limits)).version).toBe(0);
  });
});

describe('a Redis that goes and comes back', () => {
  test('is told once per cause and once when it is back, and calls go on by themselves', async () => {
    const redis = await start();
    const { store, log } = open(redis.url);
    await commitTo(store, [put('a')]);
    await redis.kill();
    for (let call = 0; call < 3; call += 1) await expect(store.view(short)).rejects.toThrow(PoolAway);
    const causes = () => log.logged.map(({ fields }) => fields?.['cause']);
    await eventually('that nobody listens is noticed', () => causes().includes('nobody listens there (ECONNREFUSED)'));
    await redis.restart();
    expect((await store.view(limits)).epoch).toBeUndefined();
    const told = log.events();
    expect(told.filter((event) => event === 'redis-away').length).toBe(
      new Set(log.logged.filter(({ event }) => event === 'redis-away').map(({ fields }) => fields?.['cause'])).size,
    );
    expect((await commitTo(store, [put('a')])).kind).toBe('committed');
    expect(log.events().at(-1)).toBe('redis-back');
  });

  test('frozen: every call ends at its deadline, and goes on after the thaw', async () => {
    const redis = await start();
    const { store } = open(redis.url);
    await commitTo(store, [put('a')]);
    process.kill(redis.pid, 'SIGSTOP');
    try {
      await expect(store.view(short)).rejects.toThrow(PoolAway);
      await expect(store.beat({ node: 'a', session: 's', vitals: {} }, short)).rejects.toThrow(PoolAway);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    expect((await store.view(limits)).version).toBe(1);
  });

  test('empty after its restart is a lost pool to a follower, never an empty one', async () => {
    const redis = await start();
    const { store } = open(redis.url);
    const { store: followed, log } = open(redis.url);
    await commitTo(store, [put('a')]);
    const heard = listener();
    const follower = follow(followed, { clock: systemClock, log, onChange: heard.onChange, callMs: 500 });
    cleanUp.push(() => follower.stop());
    await heard.until(({ snapshot }) => snapshot?.version === 1);
    await redis.restart();
    const { lost, snapshot } = await heard.until((state) => state.lost !== undefined);
    expect(lost?.loss).toBe('another-epoch');
    expect([...lost!.before.nodes.keys()]).toEqual(['a']);
    expect(snapshot?.nodes.size).toBe(0);
    await commitTo(store, [put('b')]);
    await heard.until((state) => state.snapshot?.nodes.has('b') === true);
  });

  test('with its data kept is the same pool to a follower, who misses nothing', async () => {
    const redis = await start(['--appendonly', 'yes', '--appendfsync', 'always']);
    const { store } = open(redis.url);
    const { store: followed, log } = open(redis.url);
    await commitTo(store, [put('a')]);
    const heard = listener();
    const follower = follow(followed, { clock: systemClock, log, onChange: heard.onChange, callMs: 500 });
    cleanUp.push(() => follower.stop());
    await heard.until(({ snapshot }) => snapshot?.version === 1);
    await redis.kill();
    await heard.until(({ away }) => away !== undefined);
    expect(follower.current().snapshot?.nodes.has('a')).toBe(true);
    await redis.restart();
    await commitTo(store, [put('b')]);
    await heard.until(({ away, snapshot }) => away === undefined && snapshot?.version === 2);
    expect(follower.current().lost).toBeUndefined();
  });
});

describe('a durable commit', () => {
  const pair = async () => {
    const master = await start(['--repl-diskless-sync-delay', '0']);
    const replica = await start(['--replicaof', '127.0.0.1', String(master.port)]);
    const { store } = open(master.url, { replicaWaitMs: 4_000 });
    const admin = new Redis(master.url);
    cleanUp.push(async () => admin.disconnect());
    for (let replicas = 0; replicas === 0; ) {
      const [, , connected] = await admin.role();
      replicas = Array.isArray(connected) ? connected.length : 0;
      if (replicas === 0) await systemClock.sleep(20);
    }
    return { replica, store };
  };

  test('is committed once a replica has it, and unacknowledged while the replica is frozen', async () => {
    const { replica, store } = await pair();
    expect((await commitTo(store, [put('a')], { durable: true })).kind).toBe('committed');
    process.kill(replica.pid, 'SIGSTOP');
    try {
      const held = await commitTo(store, [put('a', { because: 'held up' })], { durable: true });
      expect(held.kind).toBe('unacknowledged');
      expect((await store.view(limits)).nodes.get('a')?.commit).toBe(held.id);
      expect((await commitTo(store, [put('a')], { durable: false })).kind).toBe('committed');
    } finally {
      process.kill(replica.pid, 'SIGCONT');
    }
    expect((await commitTo(store, [put('a')], { durable: true })).kind).toBe('committed');
  });

  test('is committed at once where there is no replica', async () => {
    const redis = await start();
    const { store } = open(redis.url);
    expect((await commitTo(store, [put('a')], { durable: true })).kind).toBe('committed');
  });

  test('is refused whole by a replica', async () => {
    const { replica } = await pair();
    const { store: wrong } = open(replica.url);
    expect(await commitTo(wrong, [put('b')])).toMatchObject({
      kind: 'conflict',
      because: expect.stringMatching(/READONLY/),
    });
  });
});

const emptyView = async () => {
  const { viewOf, emptyData } = await import('../../../pool/memory-data.ts');
  const { poolKeys } = await import('../../../pool/redis/keys.ts');
  return viewOf(emptyData(), { nowMs: 0, readAtMs: systemClock.monotonicMs() }, poolKeys('web'));
};
