import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { buildCommit } from '../../pool/build-commit.ts';
import type { Commit, CommitResult, Write } from '../../pool/commit.ts';
import { applyEvents, snapshotOf } from '../../pool/follow-step.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import { parseEvent } from '../../pool/parse-event.ts';
import { parseRecord } from '../../pool/parse-record.ts';
import { parseView } from '../../pool/parse-view.ts';
import { nodeStates } from '../../pool/record.ts';
import { poolKeys } from '../../pool/redis/keys.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../pool/store.ts';
import type { PoolView } from '../../pool/view.ts';
import { draftOf, put } from '../support/nodes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const limits = { deadlineMs: 5_000 };
const keys = poolKeys('web');

const node = fc.constantFrom('a', 'b', 'c');
const place = fc.constantFrom('1', '2');
const changes = (urlOf: (id: string, at: string) => string): fc.Arbitrary<Write> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .record({ id: node, at: place, state: fc.constantFrom(...nodeStates), because: fc.string({ unit: 'binary' }) })
        .map(({ id, at, ...rest }) => put(id, { ...rest, url: urlOf(id, at) })),
    },
    { weight: 2, arbitrary: node.map((id): Write => ({ kind: 'remove-node', node: id })) },
    { weight: 1, arbitrary: fc.constant<Write>({ kind: 'pull-lever', lever: { because: 'b', by: 'me', sinceMs: 1 } }) },
    { weight: 1, arbitrary: fc.constant<Write>({ kind: 'free-lever' }) },
    { weight: 1, arbitrary: fc.constant<Write>({ kind: 'put-policy', source: {}, by: 'me' }) },
  );
/** A URL belongs to one id, which a join sees to; a node may move. */
const write = changes((id, at) => `http://${id}-${at}.test`);
/** Nodes at each other's URLs, as nobody should be. */
const crowded = changes((_id, at) => `http://shared-${at}.test`);
/** One decision; `old` makes it from the view of the decision before, so that it may meet a conflict. */
const decision = fc.record({ writes: fc.array(write, { minLength: 1, maxLength: 4 }), old: fc.boolean() });
const decisions = fc.array(decision, { maxLength: 15 });
type Decisions = typeof decisions extends fc.Arbitrary<infer T> ? T : never;

interface Told {
  readonly commit: Commit;
  readonly result: CommitResult;
  readonly view: PoolView;
}

/** Commits each decision in turn; the pool as it was after each. */
const carryOut = async (store: PoolStore, all: Decisions): Promise<readonly Told[]> => {
  const told: Told[] = [];
  let before = await store.view(limits);
  for (const [index, { writes, old }] of all.entries()) {
    const now = await store.view(limits);
    const commit = buildCommit(old ? before : now, draftOf(writes), `c${index}`);
    before = now;
    const result = await store.commit(commit, limits);
    told.push({ commit, result, view: await store.view(limits) });
  }
  return told;
};

const servingUrls = ({ nodes }: PoolView): readonly string[] =>
  [...new Set([...nodes.values()].filter(({ state }) => state === 'serving').map((record) => record.url))].sort();

const crowdedDecisions = (old: fc.Arbitrary<boolean>) =>
  fc.array(fc.record({ writes: fc.array(crowded, { minLength: 1, maxLength: 4 }), old }), { maxLength: 15 });

describe('after any row of commits', () => {
  test('the live list holds the URLs of serving nodes, each once', () =>
    fc.assert(
      fc.asyncProperty(decisions, async (all) => {
        for (const { view } of await carryOut(new MemoryPool(new MemoryServer()), all)) {
          expect([...view.live].sort()).toEqual(servingUrls(view));
        }
      }),
    ));

  test('it does so even where nodes share a URL, as long as each is decided from a fresh view', () =>
    fc.assert(
      fc.asyncProperty(crowdedDecisions(fc.constant(false)), async (all) => {
        for (const { view } of await carryOut(new MemoryPool(new MemoryServer()), all)) {
          expect([...view.live].sort()).toEqual(servingUrls(view));
        }
      }),
    ));

  test('where nodes share a URL and a view was old, the next commit from a fresh one puts the list right', () =>
    fc.assert(
      fc.asyncProperty(crowdedDecisions(fc.boolean()), async (all) => {
        const store = new MemoryPool(new MemoryServer());
        await carryOut(store, all);
        const last = buildCommit(await store.view(limits), draftOf([{ kind: 'free-lever' }]), 'last');
        expect((await store.commit(last, limits)).kind).toBe('committed');
        const view = await store.view(limits);
        expect([...view.live].sort()).toEqual(servingUrls(view));
      }),
    ));

  test('versions have no gap, a conflict changes nothing, and each event names the one before', () =>
    fc.assert(
      fc.asyncProperty(decisions, async (all) => {
        const store = new MemoryPool(new MemoryServer());
        let version = 0;
        for (const { result, view } of await carryOut(store, all)) {
          if (result.kind === 'committed') version += 1;
          else expect(result.kind).toBe('conflict');
          expect(view.version).toBe(version);
        }
        const events = await store.events(0, 1, limits);
        expect(events.map((event) => event.version)).toEqual(Array.from({ length: version }, (_, at) => at + 1));
        expect(events.map(({ previous }) => previous)).toEqual(
          ['', ...events.map(({ commit }) => commit)].slice(0, version),
        );
      }),
    ));

  test('a follower that began anywhere knows what the store shows', () =>
    fc.assert(
      fc.asyncProperty(decisions, fc.nat(15), async (all, from) => {
        const store = new MemoryPool(new MemoryServer());
        const told = await carryOut(
          store,
          all.filter(({ writes }) => writes.every(({ kind }) => kind !== 'put-policy')),
        );
        const begin = told[Math.min(from, told.length - 1)]?.view;
        const end = told.at(-1)?.view;
        if (begin === undefined || end === undefined) return;
        const step = applyEvents(snapshotOf(begin), await store.events(begin.version, 1, limits));
        expect(step).toEqual({ kind: 'next', snapshot: { ...snapshotOf(end), atMs: expect.any(Number) } });
      }),
    ));

  test('a row of events with one left out is never applied as if it were whole', () =>
    fc.assert(
      fc.asyncProperty(decisions, fc.nat(), async (all, at) => {
        const store = new MemoryPool(new MemoryServer());
        const empty = snapshotOf(await store.view(limits));
        await carryOut(store, all);
        const events = await store.events(0, 1, limits);
        fc.pre(events.length > 1);
        const gap = at % (events.length - 1);
        expect(applyEvents(empty, events.toSpliced(gap, 1)).kind).toBe('resync');
      }),
    ));
});

describe('MemoryPool and RedisPool', () => {
  let redis: TestRedis;
  let admin: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });

  const timeless = (_key: string, value: unknown): unknown =>
    value instanceof Map ? Object.fromEntries(value) : value;
  const comparable = ({ result, view }: Told): unknown => {
    const { nowMs: _now, readAtMs: _read, policy, ...rest } = view;
    const { atMs: _at, ...stored } = policy ?? { atMs: 0 };
    const said = result.kind === 'committed' ? { ...result, atMs: 0 } : result;
    return JSON.parse(JSON.stringify({ said, rest, stored }, timeless));
  };

  test('answer and show the same after any row of commits', () =>
    fc.assert(
      fc.asyncProperty(decisions, async (all) => {
        await admin.flushall();
        const store = connectRedisPool({ name: 'web', url: redis.url });
        try {
          const inMemory = await carryOut(new MemoryPool(new MemoryServer()), all);
          const inRedis = await carryOut(store, all);
          expect(inRedis.map(comparable)).toEqual(inMemory.map(comparable));
        } finally {
          await store.close();
        }
      }),
      { numRuns: 25 },
    ));
});

describe('whatever stands in Redis', () => {
  const anything = fc.oneof(fc.string(), fc.json());
  const hash = fc.dictionary(fc.string(), anything, { maxKeys: 4 });
  const pairs = hash.map((names) => Object.entries(names).flat());
  const key = fc.option(anything, { nil: undefined });

  test('a record is read or named as garbage, and nothing is thrown', () => {
    fc.assert(
      fc.property(anything, (json) => {
        const read = parseRecord(keys.nodes, 'a', json);
        expect('kind' in read ? read.kind : read.id).toBe('kind' in read ? 'garbage' : 'a');
      }),
    );
  });

  test('a view is read, and each node is either known or garbage', () => {
    fc.assert(
      fc.property(
        pairs,
        pairs,
        pairs,
        hash,
        key,
        key,
        key,
        (nodes, pulses, routers, policy, lever, leader, version) => {
          const rest = { epoch: 'e', head: 'h', admissionVersion: version, seen: ['a', 'x'], live: [] };
          const view = parseView(
            { nowMs: 5, readAtMs: 0, nodes, pulses, routers, policy, lever, leader, version, ...rest },
            keys,
          );
          // Of nodes: that the whole key is missing is garbage as well, and of no node.
          const unread = view.garbage.filter(({ key: where, field }) => where === keys.nodes && field !== undefined);
          expect(view.nodes.size + unread.length).toBe(nodes.length / 2);
        },
      ),
    );
  });

  test('an event that cannot be read follows on nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 20 }), (fields) => {
        expect(parseEvent('7-0', fields)).toMatchObject({ version: 7, previous: '!', what: 'unreadable' });
      }),
    );
  });
});
