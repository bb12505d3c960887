/** A failover under Sentinels, with real processes: what a client of the pool sees of it. */
import { afterEach, expect, test } from '@jest/globals';
import { type LocalSentinels, startLocalSentinels } from '../../../infra/local-redis/local-sentinels.ts';
import { systemClock } from '../../../pool/clock.ts';
import { follow } from '../../../pool/follower.ts';
import { parseHostPort } from '../../../pool/redis/host-port.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../../pool/store.ts';
import { eventually } from '../../support/eventually.ts';
import { put } from '../../support/nodes.ts';
import { commitTo } from '../../support/pool-writer.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { listener } from '../../support/until.ts';

const limits = { deadlineMs: 5_000 };
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

const start = async (args: readonly string[] = []): Promise<LocalSentinels> => {
  const pool = await startLocalSentinels({ name: 'web', args });
  cleanUp.push(pool.stop);
  return pool;
};
const open = ({ sentinels }: LocalSentinels): PoolStore => {
  const nodes = sentinels.map(parseHostPort).filter((node) => node !== undefined);
  const store = connectRedisPool({ name: 'web', sentinels: { nodes, name: 'web' } });
  cleanUp.push(() => store.close());
  return store;
};
const committed =
  (store: PoolStore, durable = false) =>
  async (): Promise<boolean> =>
    (await commitTo(store, [put('b')], { durable }).catch(() => undefined))?.kind === 'committed';

test.each(['killed', 'frozen'] as const)(
  'a master that is %s is left for its heir: what a replica had stays, and followers go on',
  async (how) => {
    const pool = await start();
    const store = open(pool);
    const heard = listener();
    const follower = follow(open(pool), {
      clock: systemClock,
      log: recordingLog(),
      onChange: heard.onChange,
      callMs: 500,
    });
    cleanUp.push(() => follower.stop());
    expect((await commitTo(store, [put('a')], { durable: true })).kind).toBe('committed');
    await heard.until(({ snapshot }) => snapshot?.nodes.has('a') === true);
    if (how === 'killed') await pool.master.kill();
    else process.kill(pool.master.pid, 'SIGSTOP');
    await eventually('a new master', async () => (await pool.masterPort()) === pool.replica.port, 60_000);
    await eventually('a commit to it', committed(store), 60_000);
    const view = await store.view(limits);
    expect([...view.nodes.keys()].sort()).toEqual(['a', 'b']);
    await heard.until(({ away, snapshot }) => away === undefined && snapshot?.nodes.has('b') === true);
    expect(follower.current().lost).toBeUndefined();
    if (how === 'frozen') process.kill(pool.master.pid, 'SIGCONT');
  },
  120_000,
);

test('a master that is deposed while it lives is left, and where writes need a replica nothing that counted is lost', async () => {
  const pool = await start(['--min-replicas-to-write', '1']);
  const store = open(pool);
  await commitTo(store, [put('a')], { durable: true });
  const { Redis } = await import('ioredis');
  const sentinel = new Redis(`redis://${pool.sentinels[0] ?? ''}`, { enableReadyCheck: false });
  cleanUp.push(async () => sentinel.disconnect());
  await sentinel.call('SENTINEL', 'FAILOVER', 'web');
  await eventually('a durable commit', committed(store, true), 60_000);
  await eventually('a new master', async () => (await pool.masterPort()) === pool.replica.port, 60_000);
  const direct = connectRedisPool({ name: 'web', url: pool.replica.url });
  cleanUp.push(() => direct.close());
  expect((await direct.view(limits)).nodes.has('b')).toBe(true);
}, 120_000);

test('while no Sentinel answers, what is connected goes on; and Redis that can’t be found is away', async () => {
  const pool = await start();
  const store = open(pool);
  await commitTo(store, [put('a')]);
  const nodes = [{ host: '127.0.0.1', port: 1 }];
  const lost = connectRedisPool({ name: 'web', sentinels: { nodes, name: 'web' } });
  cleanUp.push(() => lost.close());
  await expect(lost.view({ deadlineMs: 300 })).rejects.toMatchObject({ code: 'pool-away' });
  expect((await store.view(limits)).version).toBe(1);
}, 60_000);
