import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { applyPolicy } from '../../../monkey/doctor/hand/apply-policy.ts';
import { buildCommit } from '../../../pool/build-commit.ts';
import { systemClock } from '../../../pool/clock.ts';
import { follow } from '../../../pool/follower.ts';
import { type KeyName, keyTypes, poolKeys } from '../../../pool/redis/keys.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { PoolAway, type PoolStore } from '../../../pool/store.ts';
import { draftOf, nodeRecord, put } from '../../support/nodes.ts';
import { commitTo } from '../../support/pool-writer.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { listener } from '../../support/until.ts';

const limits = { deadlineMs: 20_000 };
const keys = poolKeys('web');
let redis: TestRedis;
let admin: Redis;
let store: PoolStore;
let log: ReturnType<typeof recordingLog>;

beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});
beforeEach(async () => {
  await admin.flushall();
  log = recordingLog();
  store = connectRedisPool({ name: 'web', url: redis.url, log });
});
afterEach(() => store.close());
afterAll(async () => {
  admin.disconnect();
  await redis.stop();
});

const names = Object.keys(keyTypes) as KeyName[];

/** Puts something of another type under a key. */
const spoil = async (name: KeyName): Promise<void> => {
  await admin.del(keys[name]);
  if (keyTypes[name] === 'hash') await admin.rpush(keys[name], 'garbage');
  else await admin.hset(keys[name], 'some', 'garbage');
};

/** Everything that can be asked of a pool; each answers or is PoolAway, and nothing else happens. */
const askAll = async (): Promise<void> => {
  const asked = await Promise.allSettled([
    store.view(limits),
    store.beat({ node: 'a', session: 's', vitals: {} }, limits),
    store.reportRouter({ id: 'r', version: 1, draining: {} }, limits),
    store.forgetRouter('r', limits),
    store.events(0, 1, limits),
    store.lease({ holder: 'h', token: 't', forMs: 60_000 }, limits),
    store.outbox(10, limits),
    store.outboxCounts(limits),
    store.attempt(['1-0'], 'l', 't', limits),
    store.delivered(['1-0'], { incident: 'i', ts: '1' }, 't', limits),
    store.pages(10, limits),
    store.paged('1-0', { kind: 'raised', incident: 'i' }, 't', limits),
    store.alarmed('i', limits),
    store.thread('i', limits),
    store.incidents(10, limits),
    store.incident('i', limits),
    store.keepEvidence('i', '{}', limits),
    store.evidence('i', limits),
    store.keepBaseline({ like: 'l', node: 'a', json: '{}' }, limits),
    store.baseline({ like: 'l', node: 'b' }, limits),
    store.releaseLease('t', limits),
  ]);
  for (const answer of asked) if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(PoolAway);
};

describe.each(names)('a key %s of the wrong type', (name) => {
  test('crashes nothing; a commit over it applies whole or not at all', async () => {
    await commitTo(store, [put('a')]);
    await spoil(name);
    await askAll();
    const before = await admin.dump(keys.nodes);
    const result = await commitTo(
      store,
      [put('b'), { kind: 'incident', incident: 'i', node: 'b', entry: { step: 's', because: 'b' } }],
      {
        notices: [{ id: 'n', kind: 'sick', text: 'n', urgency: 'info' }],
      },
    );
    if (result.kind === 'committed') {
      // Only what can be made anew from the records is.
      expect(['events', 'live']).toContain(name);
      expect(await admin.lrange(keys.live, 0, -1)).toEqual(
        expect.arrayContaining(['http://a.test:8080', 'http://b.test:8080']),
      );
      expect(await store.events(1, 1, limits)).toHaveLength(1);
    } else {
      // An epoch that cannot be read is not the one that was, so that is what the refusal may tell.
      expect(result).toEqual({
        kind: 'conflict',
        because: expect.stringMatching(/garbage: dm:\{web\}|epoch/),
        id: result.id,
      });
      expect(await admin.dump(keys.nodes)).toEqual(before);
      expect(await admin.lrange(keys.live, 0, -1).catch(() => [])).not.toContain('http://b.test:8080');
    }
  });
});

describe('a view', () => {
  test('names what it cannot read, once in the log, and reads the rest', async () => {
    await commitTo(store, [put('a')]);
    await admin.hset(keys.nodes, {
      text: 'garbage',
      list: '[]',
      half: '{"schema":1}',
      other: JSON.stringify(nodeRecord('another')),
    });
    await admin.hset(keys.pulses, 'a', '{}');
    await admin.hset(keys.routers, 'r', 'null');
    await admin.set(keys.leader, '{"token":5}');
    await admin.hset(keys.policy, { version: '1', by: 'me', atMs: '5', source: '{"slowStart":"soon"}' });
    const view = await store.view(limits);
    expect([...view.nodes.keys()]).toEqual(['a']);
    expect([view.beats.size, view.routers.size, view.leader, view.policy]).toEqual([0, 0, undefined, undefined]);
    const named = view.garbage.map(({ key, field }) => [key, field].join(' ').replace('dm:{web}:', '').trim()).sort();
    expect(named).toEqual([
      'leader',
      'nodes half',
      'nodes list',
      'nodes other',
      'nodes text',
      'policy',
      'pulses a',
      'routers r',
    ]);
    await store.view(limits);
    await store.view(limits);
    expect(log.events().filter((event) => event === 'garbage-in-pool')).toHaveLength(8);
  });

  test('takes a lever that it cannot read for a pulled one', async () => {
    await admin.set(keys.lever, 'garbage');
    const { lever, garbage } = await store.view(limits);
    expect(lever?.because).toMatch(/cannot be read/);
    expect(garbage).toHaveLength(1);
    expect((await store.beat({ node: 'a', session: 's', vitals: {} }, limits)).lever?.because).toMatch(
      /cannot be read/,
    );
    expect(await commitTo(store, [put('a')], { expect: [{ kind: 'lever-free' }] })).toMatchObject({ kind: 'conflict' });
    expect((await commitTo(store, [{ kind: 'free-lever' }])).kind).toBe('committed');
    expect((await store.view(limits)).lever).toBeUndefined();
  });

  test('keeps a state that it does not know as it is, out of rotation', async () => {
    await commitTo(store, [put('a', { state: 'hibernating' })]);
    const view = await store.view(limits);
    expect(view.nodes.get('a')?.state).toBe('hibernating');
    expect(view.live).toEqual([]);
  });

  test('keeps fields that it does not know, through a commit of ours', async () => {
    await admin.hset(keys.nodes, 'a', JSON.stringify({ ...nodeRecord('a'), moods: ['calm'] }));
    const node = (await store.view(limits)).nodes.get('a')!;
    await commitTo(store, [{ kind: 'put-node', node: { ...node, because: 'touched' } }]);
    expect(JSON.parse((await admin.hget(keys.nodes, 'a')) ?? '')).toMatchObject({
      moods: ['calm'],
      because: 'touched',
    });
  });
});

describe('a record that cannot be read', () => {
  test.each([
    ['no JSON at all', 'garbage'],
    ['JSON of something else', '[1,2]'],
    ['a record with a broken field', JSON.stringify(nodeRecord('a', { version: 7, weight: 12 }))],
    ['a version that is no number', '{"version":"x","commit":"c"}'],
  ])('is replaced by a join that expects nobody: %s', async (_what, json) => {
    await admin.hset(keys.nodes, 'a', json);
    const joined = await commitTo(store, [put('a', { state: 'checking' })], {
      expect: [{ kind: 'node', node: 'a', token: undefined }],
    });
    expect(joined.kind).toBe('committed');
    expect((await store.view(limits)).nodes.get('a')?.state).toBe('checking');
  });

  test('of a newer schema is not replaced by a join, and can be removed by a human', async () => {
    await admin.hset(keys.nodes, 'a', JSON.stringify({ ...nodeRecord('a', { version: 7 }), schema: 2 }));
    const join = { expect: [{ kind: 'node' as const, node: 'a', token: undefined }] };
    expect(await commitTo(store, [put('a')], join)).toMatchObject({ kind: 'conflict' });
    expect((await store.view(limits)).garbage[0]).toMatchObject({
      newer: true,
      because: 'schema 2 is newer than this version',
    });
    expect((await commitTo(store, [{ kind: 'remove-node', node: 'a' }])).kind).toBe('committed');
    expect(await admin.hexists(keys.nodes, 'a')).toBe(0);
  });

  test('loses its place in the live list with the next commit', async () => {
    await commitTo(store, [put('a'), put('b')]);
    await admin.hset(keys.nodes, 'a', 'garbage');
    await commitTo(store, [put('b', { because: 'something else' })]);
    expect(await admin.lrange(keys.live, 0, -1)).toEqual(['http://b.test:8080']);
  });
});

describe('a live list that strangers wrote to', () => {
  test.each([
    ['gone', () => admin.del(keys.live)],
    ['with a stranger in it', () => admin.rpush(keys.live, 'http://stranger')],
    ['with a member twice', () => admin.rpush(keys.live, 'http://a.test:8080')],
    ['of another type', () => admin.multi().del(keys.live).set(keys.live, 'x').exec()],
  ])('is right again after the next commit: %s', async (_what, spoilIt) => {
    await commitTo(store, [put('a'), put('b'), put('c', { state: 'checking' })]);
    await spoilIt();
    await commitTo(store, [put('c', { state: 'checking', because: 'again' })]);
    expect((await admin.lrange(keys.live, 0, -1)).sort()).toEqual(['http://a.test:8080', 'http://b.test:8080']);
  });

  test('is not put right from a view that is old by now', async () => {
    await commitTo(store, [put('a'), put('b', { state: 'checking' })]);
    await admin.rpush(keys.live, 'http://stranger');
    const old = buildCommit(await store.view(limits), draftOf([put('c')]), 'from-an-old-view');
    await commitTo(store, [put('b')]);
    expect(await store.commit(old, limits)).toMatchObject({
      kind: 'conflict',
      because: expect.stringMatching(/^head/),
    });
    expect((await admin.lrange(keys.live, 0, -1)).sort()).toEqual(['http://a.test:8080', 'http://b.test:8080']);
  });
});

describe('an event stream that strangers wrote to', () => {
  test('stops no commit, and followers take a snapshot', async () => {
    await commitTo(store, [put('a')]);
    const heard = listener();
    const follower = follow(store, { clock: systemClock, log, onChange: heard.onChange });
    try {
      await heard.until(({ snapshot }) => snapshot?.version === 1);
      await admin.xadd(keys.events, '*', 'who', 'a stranger');
      const writer = connectRedisPool({ name: 'web', url: redis.url });
      expect((await commitTo(writer, [put('b')])).kind).toBe('committed');
      await heard.until(({ snapshot }) => snapshot?.version === 2);
      expect((await commitTo(writer, [put('c')])).kind).toBe('committed');
      await heard.until(({ snapshot }) => snapshot?.version === 3);
      await writer.close();
    } finally {
      await follower.stop();
    }
    expect(follower.current().lost).toBeUndefined();
  });

  test('that was trimmed makes a late follower take a snapshot', async () => {
    await commitTo(store, [put('a')]);
    await commitTo(store, [put('b')]);
    await admin.xtrim(keys.events, 'MAXLEN', 0);
    const heard = listener();
    const follower = follow(store, { clock: systemClock, log, onChange: heard.onChange });
    try {
      await heard.until(({ snapshot }) => snapshot?.version === 2);
      const writer = connectRedisPool({ name: 'web', url: redis.url });
      await commitTo(writer, [put('c')]);
      await heard.until(({ snapshot }) => snapshot?.version === 3);
      await writer.close();
    } finally {
      await follower.stop();
    }
  });

  test('holding a node of a newer version makes followers take a snapshot that names it', async () => {
    await commitTo(store, [put('a')]);
    const heard = listener();
    const follower = follow(store, { clock: systemClock, log, onChange: heard.onChange });
    try {
      await heard.until(({ snapshot }) => snapshot?.version === 1);
      const newer = JSON.stringify({ ...nodeRecord('a'), schema: 2, version: 2, commit: 'newer' });
      await admin
        .multi()
        .hset(keys.nodes, 'a', newer)
        .set(keys.version, 2)
        .set(keys.head, 'newer')
        .xadd(
          keys.events,
          '2-0',
          'commit',
          'newer',
          'previous',
          'x',
          'epoch',
          'e',
          'atMs',
          '1',
          'what',
          'w',
          'nodes',
          `{"a":${newer}}`,
        )
        .exec();
      const { snapshot } = await heard.until((followed) => followed.snapshot?.version === 2);
      expect(snapshot?.nodes.size).toBe(0);
      expect(snapshot?.garbage).toEqual([expect.objectContaining({ field: 'a', newer: true })]);
    } finally {
      await follower.stop();
    }
  });
});

test.each([
  ['2', '{"tomorrow":1}', 3],
  ['garbage', '{}', 1],
])('a policy that cannot be read, of version %s, can be replaced', async (version, source, next) => {
  await commitTo(store, [put('a')]);
  await admin.hset(keys.policy, { version, by: 'me', atMs: '5', source });
  const decide = applyPolicy({ by: 'ann', source: { slowStart: '7s' } });
  const decision = decide(await store.view(limits), 'repair');
  if (decision.kind !== 'commit') throw new Error(decision.because);
  await store.commit(buildCommit(await store.view(limits), { ...decision.draft, durable: false }, 'repair'), limits);
  expect((await store.view(limits)).policy).toMatchObject({ version: next, by: 'ann' });
});

describe('an outbox with garbage in it', () => {
  test('goes on, and tells that something could not be read', async () => {
    await admin.xadd(keys.outbox, '*', 'notice', 'garbage');
    await admin.xadd(keys.outbox, '*', 'another', 'field');
    await commitTo(store, [put('a')], { notices: [{ id: 'n', kind: 'sick', text: 'n', urgency: 'info' }] });
    await store.lease({ holder: 'h', token: 't', forMs: 60_000 }, limits);
    const waiting = await store.outbox(10, limits);
    expect(waiting.map(({ notice }) => notice.kind)).toEqual(['garbled', 'garbled', 'sick']);
    for (const { entry } of waiting) expect(await store.delivered([entry], undefined, 't', limits)).toBe('ok');
    expect(await store.outbox(10, limits)).toEqual([]);
  });

  test('keeps no more than its bound; the oldest go first', async () => {
    const filler = admin.pipeline();
    for (let index = 0; index < 50_005; index += 1) filler.xadd(keys.outbox, `${index + 1}-0`, 'notice', '{}');
    await filler.exec();
    await commitTo(store, [put('a')], { notices: [{ id: 'last', kind: 'sick', text: 'n', urgency: 'info' }] });
    expect((await store.outboxCounts(limits)).waiting).toBe(50_000);
    expect((await store.outbox(1, limits))[0]?.entry).toBe('7-0');
  });
});

describe('Redis out of memory', () => {
  test('refuses a commit whole', async () => {
    await commitTo(store, [put('a')]);
    const commit = buildCommit(await store.view(limits), draftOf([put('b')]), 'out-of-memory');
    await admin.config('SET', 'maxmemory', '1');
    try {
      const result = await store.commit(commit, limits);
      expect(result).toEqual({ kind: 'conflict', because: expect.stringMatching(/OOM/) });
      await expect(store.view(limits)).rejects.toThrow(/OOM/);
    } finally {
      await admin.config('SET', 'maxmemory', '0');
    }
    const view = await store.view(limits);
    expect([view.version, view.nodes.size, view.live.length]).toEqual([1, 1, 1]);
    expect(await admin.xlen(keys.events)).toBe(1);
    expect((await commitTo(store, [put('b')])).kind).toBe('committed');
  });
});
