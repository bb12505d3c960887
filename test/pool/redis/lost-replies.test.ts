import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildCommit } from '../../../pool/build-commit.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { PoolAway, type PoolStore } from '../../../pool/store.ts';
import { draftOf, put } from '../../support/nodes.ts';
import { commitTo } from '../../support/pool-writer.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startRelay, type TcpRelay } from '../../support/tcp-relay.ts';

const limits = { deadlineMs: 20_000 };
let redis: TestRedis;
let relay: TcpRelay;
let store: PoolStore;
let direct: PoolStore;
let pools = 0;

beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  pools += 1;
  relay = await startRelay(redis.port);
  store = connectRedisPool({ name: `web-${pools}`, url: `redis://127.0.0.1:${relay.port}` });
  direct = connectRedisPool({ name: `web-${pools}`, url: redis.url });
  await commitTo(store, [put('a')]);
});
afterEach(async () => {
  await Promise.all([store.close(), direct.close()]);
  await relay.stop();
});
afterAll(() => redis.stop());

const isCommit = (text: string): boolean => text.includes('"what":"tested"');

describe('a commit whose reply is lost', () => {
  test('is a success when it was applied and the connection broke', async () => {
    const commit = buildCommit(await direct.view(limits), draftOf([put('b')]), 'lost-reply');
    relay.onRequest = (text) => {
      if (!isCommit(text)) return;
      relay.answers = 'drop';
      relay.onRequest = () => undefined;
      // Redis has it once another client sees it.
      void direct.events(1, 4_000, limits).then(() => {
        relay.answers = 'pass';
        relay.cut();
      });
    };
    expect(await store.commit(commit, limits)).toMatchObject({ kind: 'committed', version: 2 });
    expect((await direct.view(limits)).version).toBe(2);
  });

  test('is a success when it was applied and the connection merely stays silent', async () => {
    const commit = buildCommit(await direct.view(limits), draftOf([put('b')]), 'silent-reply');
    relay.onRequest = (text) => {
      if (!isCommit(text)) return;
      relay.answers = 'drop';
      relay.onRequest = () => {
        relay.answers = 'pass';
      };
    };
    expect(await store.commit(commit, { deadlineMs: 8_000 })).toMatchObject({ kind: 'committed', version: 2 });
  });

  test('is given up for good when it was not applied, even if it arrives later', async () => {
    const commit = buildCommit(await direct.view(limits), draftOf([put('b')]), 'late-arrival');
    relay.onRequest = (text) => {
      if (!isCommit(text)) return;
      relay.requests = 'hold';
      relay.onRequest = () => {
        relay.requests = 'pass';
      };
    };
    const result = await store.commit(commit, { deadlineMs: 8_000 });
    expect(result).toEqual({ kind: 'conflict', because: expect.stringMatching(/given up/) });
    relay.release();
    await direct.view(limits);
    expect(await direct.commit(commit, limits)).toMatchObject({ kind: 'conflict' });
    expect((await direct.view(limits)).nodes.has('b')).toBe(false);
  });

  test('is unknown when nobody can be asked', async () => {
    const commit = buildCommit(await direct.view(limits), draftOf([put('b')]), 'nobody-knows');
    relay.onRequest = (text) => {
      if (isCommit(text)) relay.answers = 'drop';
    };
    expect(await store.commit(commit, { deadlineMs: 1_500 })).toMatchObject({ kind: 'unknown' });
    expect((await direct.view(limits)).nodes.has('b')).toBe(true);
  });

  test('is unknown at once when the caller gives up', async () => {
    const stop = new AbortController();
    const commit = buildCommit(await direct.view(limits), draftOf([put('b')]), 'caller-left');
    relay.onRequest = (text) => {
      if (!isCommit(text)) return;
      relay.answers = 'drop';
      stop.abort();
    };
    expect(await store.commit(commit, { deadlineMs: 60_000, signal: stop.signal })).toMatchObject({ kind: 'unknown' });
  });

  test('is never sent twice by the library', async () => {
    const commit = buildCommit(await direct.view(limits), draftOf([put('b')]), 'once-only');
    let sent = 0;
    relay.onRequest = (text) => {
      if (!isCommit(text)) return;
      sent += 1;
      relay.requests = 'drop';
      setImmediate(() => {
        relay.requests = 'pass';
        relay.cut();
      });
    };
    expect(await store.commit(commit, limits)).toMatchObject({ kind: 'conflict' });
    await store.view(limits);
    expect(sent).toBe(1);
  });
});

describe('other calls', () => {
  test('go on over a connection that broke, within their deadline', async () => {
    let cuts = 0;
    relay.onRequest = (text) => {
      if (!text.includes('multi') || cuts > 0) return;
      cuts += 1;
      relay.cut();
    };
    expect((await store.view(limits)).version).toBe(1);
    expect(cuts).toBe(1);
  });

  test('end with PoolAway when no answer comes by their deadline', async () => {
    relay.answers = 'drop';
    await expect(store.view({ deadlineMs: 50 })).rejects.toThrow(PoolAway);
    await expect(store.beat({ node: 'a', session: 's', vitals: {} }, { deadlineMs: 50 })).rejects.toThrow(PoolAway);
    await expect(store.events(0, 10, { deadlineMs: 300 })).rejects.toThrow(PoolAway);
  });

  test('end with PoolAway as soon as the caller gives up', async () => {
    relay.answers = 'drop';
    const stop = new AbortController();
    const asked = expect(store.view({ deadlineMs: 60_000, signal: stop.signal })).rejects.toThrow(PoolAway);
    stop.abort();
    await asked;
  });
});
