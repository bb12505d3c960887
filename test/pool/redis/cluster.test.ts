import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { systemClock } from '../../../pool/clock.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { put } from '../../support/nodes.ts';
import { commitTo } from '../../support/pool-writer.ts';
import { startRedis } from '../../support/redis.ts';

const limits = { deadlineMs: 20_000 };

test('every call stays within one slot of a Redis Cluster and names each key that it touches', async () => {
  const redis = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'] });
  const admin = new Redis(redis.url);
  const store = connectRedisPool({ name: 'web', url: redis.url });
  try {
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    while (!(await admin.cluster('INFO')).includes('cluster_state:ok')) await systemClock.sleep(20);
    const joined = await commitTo(
      store,
      [
        put('a'),
        { kind: 'put-policy', source: {}, by: 'me' },
        { kind: 'pull-lever', lever: { because: 'b', by: 'me', sinceMs: 1 } },
        { kind: 'incident', incident: 'i', node: 'a', entry: { step: 's', because: 'b' } },
        { kind: 'forget-router', router: 'r' },
      ],
      { notices: [{ id: 'n', kind: 'sick', text: 'n', urgency: 'info' }], durable: true },
    );
    expect(joined.kind).toBe('committed');
    await store.lease({ holder: 'h', token: 't', forMs: 60_000 }, limits);
    await store.beat({ node: 'a', session: 's', vitals: {} }, limits);
    await store.reportRouter({ id: 'r', version: 1, draining: {} }, limits);
    const [waiting] = await store.outbox(1, limits);
    expect(await store.attempt([waiting!.entry], 'l', 't', limits)).toBe('ok');
    expect(await store.delivered([waiting!.entry], { incident: 'i', ts: '1' }, 't', limits)).toBe('ok');
    expect(await store.thread('i', limits)).toBe('1');
    expect(await store.incidents(1, limits)).toHaveLength(1);
    await store.keepEvidence('i', '{}', limits);
    expect(await store.evidence('i', limits)).toBe('{}');
    await store.keepBaseline({ like: 'l', node: 'a', json: '{}' }, limits);
    expect((await store.baseline({ like: 'l', node: 'b' }, limits))?.node).toBe('a');
    expect(await store.events(0, 1, limits)).toHaveLength(1);
    await store.releaseLease('t', limits);
    await store.forgetRouter('r', limits);
    expect((await store.view(limits)).version).toBe(1);
    const slots = new Set<unknown>();
    for (const key of await admin.keys('*')) slots.add(await admin.cluster('KEYSLOT', key));
    expect(slots.size).toBe(1);
  } finally {
    admin.disconnect();
    await store.close();
    await redis.stop();
  }
});
