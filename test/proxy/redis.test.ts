/** The same as with the pool in memory, on a real Redis that dies and comes back. */
import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { buildCommit } from '../../pool/build-commit.ts';
import type { NodeDraft } from '../../pool/commit.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../pool/store.ts';
import type { RunningProxy } from '../../proxy/wiring.ts';
import { draftOf, put } from '../support/nodes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { ask, membersOf, Stage, type StageNode, until } from './stage.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
});
afterAll(() => redis.stop());

const stage = new Stage();
afterEach(() => stage.clear());

const limits = { deadlineMs: 20_000 };
let pools = 0;

const openPool = (name: string): PoolStore => {
  const store = connectRedisPool({ name, url: redis.url });
  stage.onClear(() => store.close());
  return store;
};

const set = async (store: PoolStore, id: string, rest: Partial<NodeDraft>, commit = `${id}-${Math.random()}`) => {
  const draft = draftOf([put(id, rest.state === 'draining' ? { drain: commit, ...rest } : rest)]);
  const result = await store.commit(buildCommit(await store.view(limits), draft, commit), limits);
  expect(result.kind).toBe('committed');
  return commit;
};

const poolWith = async (...ids: readonly string[]) => {
  pools += 1;
  const store = openPool(`web-${pools}`);
  const nodes: StageNode[] = [];
  for (const id of ids) {
    const node = await stage.node((_req, res) => res.end(id));
    await set(store, id, { url: node.url });
    nodes.push(node);
  }
  const rules = { allowedNetworks: ['127.0.0.0/8'] };
  const proxy = await stage.router(
    { kind: 'pool', store: openPool(store.name), rules },
    { admin: '127.0.0.1:0', firstByte: [{ path: '/', deadline: '3s' }] },
  );
  return { store, nodes, proxy };
};

/** Clients that ask as fast as they are answered; `end` says how many were answered, and fails where one was not. */
const load = (proxy: RunningProxy) => {
  const agent = new Agent({ keepAlive: true });
  let stop = false;
  let answered = 0;
  const client = async (): Promise<void> => {
    while (!stop) {
      const { status } = await ask(proxy.url, { agent });
      if (status !== 200) throw new Error(`answered with ${status}`);
      answered += 1;
    }
  };
  const clients = Promise.all([client(), client(), client(), client()]);
  clients.catch(() => undefined);
  return {
    answered: () => answered,
    end: async () => {
      stop = true;
      await clients;
      agent.destroy();
      return answered;
    },
  };
};

test('Redis dies under load and comes back: no request fails, and the next drain is heard', async () => {
  const { store, nodes, proxy } = await poolWith('web-1', 'web-2');
  const clients = load(proxy);
  await until(() => clients.answered() > 50, 'the load');
  await redis.kill();
  await until(async () => (await membersOf(proxy)).pool.awayMs > 0, 'the outage');
  const then = clients.answered();
  await until(() => clients.answered() > then + 50, 'answers without Redis');
  await redis.restart();
  await until(async () => (await membersOf(proxy)).pool.awayMs === 0, 'the return');
  const drain = await set(store, 'web-1', { url: nodes[0]!.url, state: 'draining' });
  const reported = async () => (await store.view(limits)).routers.get(proxy.id)?.draining[drain];
  await until(async () => (await reported()) === 0, 'the end of the drain');
  const begun = nodes[0]!.begun;
  const before = clients.answered();
  await until(() => clients.answered() > before + 50, 'answers of the other node');
  expect(await clients.end()).toBeGreaterThan(150);
  expect(nodes[0]!.begun).toBe(begun);
});

test('nodes that drain and return in turn under load: no request fails', async () => {
  const { store, nodes, proxy } = await poolWith('web-1', 'web-2', 'web-3');
  const clients = load(proxy);
  for (const turn of [0, 1, 2, 0, 1, 2]) {
    const id = `web-${turn + 1}`;
    const { url, sockets } = nodes[turn]!;
    const drain = await set(store, id, { url, state: 'draining' });
    const reported = async () => (await store.view(limits)).routers.get(proxy.id)?.draining[drain];
    await until(async () => (await reported()) === 0, 'the end of the drain');
    // The node goes down as a reboot would take it down: whoever still speaks to it is reset.
    for (const socket of sockets) socket.resetAndDestroy();
    const before = clients.answered();
    await until(() => clients.answered() > before + 20, 'answers of the others');
    await set(store, id, { url, state: 'serving', servingSinceMs: turn });
  }
  expect(await clients.end()).toBeGreaterThan(100);
});

test.each(['missing', 'of another type'])('nodes that are %s as a whole empty no router', async (how) => {
  const { store, proxy } = await poolWith('web-1');
  const { Redis } = await import('ioredis');
  const client = new Redis(redis.url);
  stage.onClear(async () => client.disconnect());
  const key = `dm:{${store.name}}:nodes`;
  await client.del(key);
  if (how !== 'missing') await client.set(key, 'no hash');
  // A break in the stream makes the router read the pool anew.
  await client.xadd(`dm:{${store.name}}:events`, '999999-0', 'what', 'ever');
  await until(async () => (await membersOf(proxy)).pool.kept === 1, 'the member that is kept');
  expect((await ask(proxy.url)).status).toBe(200);
});

test('garbage in Redis never stops the router', async () => {
  const { store, proxy } = await poolWith('web-1');
  const { Redis } = await import('ioredis');
  const client = new Redis(redis.url);
  stage.onClear(async () => client.disconnect());
  await client.hset(`dm:{${store.name}}:nodes`, 'junk', '{"no', 'other', '[]');
  await client.set(`dm:{${store.name}}:policy`, 'not a hash');
  await client.xadd(`dm:{${store.name}}:events`, '999999-0', 'what', 'ever');
  const node = await stage.node((_req, res) => res.end('web-2'));
  expect((await ask(proxy.url)).status).toBe(200);
  await client.del(`dm:{${store.name}}:policy`);
  await set(store, 'web-2', { url: node.url }).catch(() => undefined);
  expect((await ask(proxy.url)).status).toBe(200);
});
