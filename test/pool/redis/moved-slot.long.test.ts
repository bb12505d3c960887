/** The pool's slot moves from one node of a Redis Cluster to another, with real processes. */
import { afterEach, expect, test } from '@jest/globals';
import { startLocalCluster } from '../../../infra/local-redis/local-cluster.ts';
import { systemClock } from '../../../pool/clock.ts';
import { follow } from '../../../pool/follower.ts';
import { poolKeys } from '../../../pool/redis/keys.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { put } from '../../support/nodes.ts';
import { commitTo } from '../../support/pool-writer.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { listener } from '../../support/until.ts';

const limits = { deadlineMs: 5_000 };
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

test('is followed by its next call: no commit is applied twice, none is lost, and followers miss nothing', async () => {
  const cluster = await startLocalCluster();
  cleanUp.push(cluster.stop);
  const urls = cluster.nodes.map(({ url }) => url);
  const open = () => {
    const store = connectRedisPool({ name: 'web', cluster: urls });
    cleanUp.push(() => store.close());
    return store;
  };
  const store = open();
  const heard = listener();
  const follower = follow(open(), { clock: systemClock, log: recordingLog(), onChange: heard.onChange, callMs: 500 });
  cleanUp.push(() => follower.stop());
  expect((await commitTo(store, [put('a')], { durable: true })).kind).toBe('committed');
  await heard.until(({ snapshot }) => snapshot?.nodes.has('a') === true);
  const { epoch } = poolKeys('web');
  const before = await cluster.ownerOf(epoch);
  for (const to of cluster.nodes.filter((node) => node !== before)) {
    const { version } = await store.view(limits);
    await cluster.move(epoch, to);
    const result = await commitTo(store, [put(`on-${to.port}`)], { durable: true });
    expect(result).toMatchObject({ kind: 'committed', version: version + 1 });
    await heard.until(({ snapshot }) => snapshot?.nodes.has(`on-${to.port}`) === true);
    expect(await cluster.ownerOf(epoch)).toBe(to);
  }
  expect(follower.current().lost).toBeUndefined();
}, 60_000);

test('a client that was told of one node only finds the one that holds the pool', async () => {
  const cluster = await startLocalCluster();
  cleanUp.push(cluster.stop);
  for (const [index, { url }] of cluster.nodes.entries()) {
    const store = connectRedisPool({ name: 'web', cluster: [url] });
    cleanUp.push(() => store.close());
    expect((await commitTo(store, [put(`n${index}`)])).kind).toBe('committed');
  }
  const other = connectRedisPool({
    name: 'web',
    cluster: ['redis://127.0.0.1:1', ...cluster.nodes.map(({ url }) => url)],
  });
  cleanUp.push(() => other.close());
  expect((await other.view(limits)).nodes.size).toBe(3);
}, 60_000);
