import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { buildCommit } from '../../pool/build-commit.ts';
import type { NodeDraft } from '../../pool/commit.ts';
import type { Log } from '../../pool/log.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import type { PoolView } from '../../pool/view.ts';
import type { RunningProxy } from '../../proxy/wiring.ts';
import { draftOf, put } from '../support/nodes.ts';
import { apart } from '../support/place.ts';
import { type Answer, adminOf, ask, membersOf, metricOf, Stage, type StageNode, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const limits = { deadlineMs: 2_000 };
const rules = { allowedNetworks: ['127.0.0.0/8'] };

/** A pool, and a router that follows it. */
class PoolStage {
  readonly server = new MemoryServer('web');
  readonly store = new MemoryPool(this.server);
  readonly logged: string[] = [];
  #commits = 0;

  async set(id: string, rest: Partial<NodeDraft>): Promise<string> {
    this.#commits += 1;
    const commit = `c${this.#commits}`;
    const draft = draftOf([put(id, rest.state === 'draining' ? { drain: commit, ...rest } : rest)]);
    const result = await this.store.commit(buildCommit(await this.store.view(limits), draft, commit), limits);
    if (result.kind !== 'committed') throw new Error(JSON.stringify(result));
    return commit;
  }

  async router(config: Parameters<Stage['router']>[1] = {}): Promise<RunningProxy> {
    const remember = (event: string): void => void this.logged.push(event);
    const log: Log = { info: remember, warn: remember, error: remember };
    const store = new MemoryPool(this.server);
    return stage.router({ kind: 'pool', store, rules }, { admin: '127.0.0.1:0', ...config }, { log });
  }

  async view(): Promise<PoolView> {
    return this.store.view(limits);
  }

  /** What the router last said of this drain; undefined: it has not applied it. */
  async reported(proxy: RunningProxy, drain: string): Promise<number | undefined> {
    return (await this.view()).routers.get(proxy.id)?.draining[drain];
  }
}

const applied = async (proxy: RunningProxy, version: number): Promise<void> =>
  until(async () => (await membersOf(proxy)).pool.version === version, `version ${version}`);
const places = async (proxy: RunningProxy) => (await membersOf(proxy)).members.map(({ id }) => id);
const reasonOf = ({ body }: Answer): unknown => JSON.parse(body);

const named = (name: string): Promise<StageNode> => stage.node((_req, res) => res.end(name));

/** Nodes that answer with their name, serving in a pool. */
const serving = async (pool: PoolStage, ...names: readonly string[]): Promise<readonly StageNode[]> => {
  const nodes = [];
  for (const name of names) {
    const node = await named(name);
    await pool.set(name, { url: node.url });
    nodes.push(node);
  }
  return nodes;
};

const answersOf = async (proxy: RunningProxy, count: number): Promise<ReadonlySet<string>> => {
  const all = new Set<string>();
  for (let turn = 0; turn < count; turn += 1) all.add((await ask(proxy.url)).body);
  return all;
};

test('lets no client in before the pool has heard of it: no drain may end without it', async () => {
  const pool = new PoolStage();
  await serving(pool, 'a');
  const order: string[] = [];
  const store = new MemoryPool(pool.server);
  const report = store.reportRouter.bind(store);
  let hear: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => (hear = resolve));
  store.reportRouter = async (...args) => {
    await heard;
    order.push('reported');
    return report(...args);
  };
  const starting = stage.router({ kind: 'pool', store, rules }).then((proxy) => {
    order.push('listening');
    return proxy;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(order).toEqual([]);
  hear();
  const proxy = await starting;
  expect(order.slice(0, 2)).toEqual(['reported', 'listening']);
  expect((await pool.view()).routers.has(proxy.id)).toBe(true);
});

describe('a router that follows a pool', () => {
  test('sends requests to whoever serves, from the next event on', async () => {
    const pool = new PoolStage();
    await serving(pool, 'web-1');
    const proxy = await pool.router();
    expect(await answersOf(proxy, 4)).toEqual(new Set(['web-1']));
    const node = await named('web-2');
    await pool.set('web-2', { url: node.url, servingSinceMs: 1 });
    await applied(proxy, 2);
    expect(await answersOf(proxy, 12)).toEqual(new Set(['web-1', 'web-2']));
  });

  test('starts a node slowly that it sees return', async () => {
    const pool = new PoolStage();
    const [node] = await serving(pool, 'web-1', 'web-2');
    const proxy = await pool.router();
    await pool.set('web-1', { url: node!.url, state: 'draining' });
    await pool.set('web-1', { url: node!.url, state: 'serving', servingSinceMs: 99 });
    await applied(proxy, 4);
    const shares = (await membersOf(proxy)).members.map(({ id, shareNow }) => [id, shareNow]);
    expect(Object.fromEntries(shares)).toEqual({ 'web-1': 0.1, 'web-2': 1 });
  });

  test('has 503 and a reason where nobody serves', async () => {
    const proxy = await new PoolStage().router();
    const answer = await ask(proxy.url);
    expect([answer.status, reasonOf(answer)]).toEqual([
      503,
      { error: 'no-node', because: 'no node of the pool is serving' },
    ]);
    expect(await adminOf(proxy, '/health')).toMatchObject({ status: 503 });
    expect(await adminOf(proxy, '/ready')).toMatchObject({ status: 200 });
  });

  test.each(['http://169.254.169.254', 'http://8.8.8.8:80', 'ftp://127.0.0.1', 'javascript:x'])(
    'never asks %s, and says so loudly and once',
    async (url) => {
      const pool = new PoolStage();
      await pool.set('web-1', { url });
      const proxy = await pool.router();
      await serving(pool, 'web-2');
      await applied(proxy, 2);
      expect(await answersOf(proxy, 3)).toEqual(new Set(['web-2']));
      expect((await membersOf(proxy)).ignored).toMatchObject([{ node: 'web-1', url }]);
      expect(await metricOf(proxy, 'ignored_nodes')).toBe(1);
      expect(pool.logged.filter((event) => event === 'node-ignored')).toHaveLength(1);
    },
  );
});

describe('a drain', () => {
  test('under load fails nothing, and not one request goes to the node once it is applied', async () => {
    const pool = new PoolStage();
    const [one] = await serving(pool, 'web-1', 'web-2', 'web-3');
    const proxy = await pool.router();
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    stage.onClear(async () => agent.destroy());
    let stop = false;
    let answered = 0;
    const client = async (turn: number): Promise<void> => {
      while (!stop) {
        const post = turn % 2 === 0 ? { method: 'POST', body: 'x' } : {};
        expect((await ask(proxy.url, { agent, ...post })).status).toBe(200);
        answered += 1;
      }
    };
    const clients = Promise.all([0, 1, 2, 3, 4, 5].map(client));
    await until(() => one!.begun > 20, 'the load');
    const drain = await pool.set('web-1', { url: one!.url, state: 'draining' });
    await until(async () => (await pool.reported(proxy, drain)) === 0, 'the end of the drain');
    const [begunThen, answeredThen] = [one!.begun, answered];
    await until(() => answered > answeredThen + 50, 'more answers');
    stop = true;
    await clients;
    expect(one!.begun).toBe(begunThen);
    await until(() => one!.sockets.size === 0, 'the end of idle connections');
  });

  test('is acknowledged with what is in flight, to the request, down to zero', async () => {
    const pool = new PoolStage();
    const held: (() => void)[] = [];
    const node = await stage.node((_req, res) => void held.push(() => res.end('late')));
    await pool.set('web-1', { url: node.url });
    const proxy = await pool.router({ firstByte: [{ path: '/', deadline: '1m' }] });
    const answers = [ask(proxy.url), ask(proxy.url, { method: 'POST', body: 'x' }), ask(proxy.url)];
    await until(() => held.length === 3, 'three requests');
    const drain = await pool.set('web-1', { url: node.url, state: 'draining' });
    for (const left of [3, 2, 1, 0]) {
      await until(async () => (await pool.reported(proxy, drain)) === left, `${left} in flight`);
      held.shift()?.();
    }
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await ask(proxy.url)).status).toBe(503);
    expect(node.begun).toBe(3);
  });

  test('tells the pool how many requests a second each node gets', async () => {
    const pool = new PoolStage();
    const nodes = await Promise.all([stage.node(), stage.node()]);
    await pool.set('web-1', { url: nodes[0].url });
    await pool.set('web-2', { url: nodes[1].url });
    const proxy = await pool.router();
    const answered = Array.from({ length: 8 }, () => ask(proxy.url));
    expect((await Promise.all(answered)).every(({ status }) => status === 200)).toBe(true);
    // A report that is made while the requests are under way tells of a part of them.
    await until(async () => {
      const { 'web-1': one = 0, 'web-2': other } = (await pool.view()).routers.get(proxy.id)?.requests ?? {};
      return one > 0 && one === other;
    }, 'as many requests to one node as to the other in the report');
  });

  test('tells the pool whom it leaves out, and that it has taken him back', async () => {
    const pool = new PoolStage();
    const one = await stage.node(undefined, apart);
    await pool.set('web-1', { url: one.url });
    const [other] = await serving(pool, 'web-2');
    const proxy = await pool.router({ ejection: { failures: 1, time: '100ms' } });
    await one.stop();
    for (let turn = 0; turn < 4; turn += 1) await ask(proxy.url);
    const report = async () => (await pool.view()).routers.get(proxy.id);
    await until(async () => (await report())?.ejected?.join() === 'web-1', 'the ejection in the report');
    expect((await report())?.panic).toBe(false);
    await stage.node((_req, res) => res.end('web-1'), { ...apart, port: one.port });
    await until(async () => {
      await ask(proxy.url);
      return (await report())?.ejected === undefined;
    }, 'its return in the report');
    expect(other?.begun).toBeGreaterThan(0);
  });

  test('closes WebSockets with 1001 after the grace, and not before', async () => {
    const pool = new PoolStage();
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    stage.onClear(async () => server.close());
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    await pool.set('web-1', { url });
    const proxy = await pool.router({ webSocket: { grace: '5s' } });
    const socket = new WebSocket(proxy.url.replace('http', 'ws'));
    await once(socket, 'open');
    const closed = once(socket, 'close') as Promise<[number]>;
    const drainedMs = performance.now();
    const drain = await pool.set('web-1', { url, state: 'draining' });
    await until(async () => (await pool.reported(proxy, drain)) === 1, 'the drain');
    expect((await closed)[0]).toBe(1001);
    expect(performance.now() - drainedMs).toBeGreaterThan(4_900);
    await until(async () => (await pool.reported(proxy, drain)) === 0, 'the end of the drain');
  });

  test('that is taken back leaves everything as it was', async () => {
    const pool = new PoolStage();
    const [node] = await serving(pool, 'web-1');
    const proxy = await pool.router();
    await pool.set('web-1', { url: node!.url, state: 'draining' });
    await applied(proxy, 2);
    await pool.set('web-1', { url: node!.url, state: 'serving' });
    await applied(proxy, 3);
    expect(await answersOf(proxy, 3)).toEqual(new Set(['web-1']));
    expect((await membersOf(proxy)).leaving).toEqual([]);
  });
});

describe('what a router says of itself', () => {
  test('is said every second, with the version it has applied', async () => {
    const pool = new PoolStage();
    await serving(pool, 'web-1');
    const proxy = await pool.router();
    const report = async () => (await pool.view()).routers.get(proxy.id);
    await until(async () => (await report())?.version === 1, 'the first report');
    const first = (await report())?.atMs ?? 0;
    await until(async () => ((await report())?.atMs ?? 0) >= first + 900, 'the next report');
  });

  test('ends with a good-bye', async () => {
    const pool = new PoolStage();
    const proxy = await pool.router();
    await until(async () => (await pool.view()).routers.has(proxy.id), 'the report');
    await proxy.stop();
    expect((await pool.view()).routers.has(proxy.id)).toBe(false);
  });
});

describe('while the pool cannot be read', () => {
  test('requests go where they went, and it says since when', async () => {
    const pool = new PoolStage();
    const [one] = await serving(pool, 'web-1', 'web-2');
    const proxy = await pool.router();
    pool.server.goAway();
    await until(async () => (await membersOf(proxy)).pool.awayMs > 0, 'the outage');
    expect(await answersOf(proxy, 6)).toEqual(new Set(['web-1', 'web-2']));
    expect(await metricOf(proxy, 'redis_away_seconds')).toBeGreaterThan(0);
    pool.server.comeBack();
    await pool.set('web-1', { url: one!.url, state: 'held' });
    await applied(proxy, 3);
    expect(await places(proxy)).toEqual(['web-2']);
    expect(await metricOf(proxy, 'redis_away_seconds')).toBe(0);
  });

  test('a router that starts knows nobody, says why, and recovers', async () => {
    const pool = new PoolStage();
    await serving(pool, 'web-1');
    pool.server.goAway();
    const proxy = await pool.router();
    expect(reasonOf(await ask(proxy.url))).toEqual({
      error: 'pool-unknown',
      because: 'Redis is away, and no node is known',
    });
    expect(await adminOf(proxy, '/ready')).toMatchObject({ status: 503 });
    pool.server.comeBack();
    await until(async () => (await ask(proxy.url)).status === 200, 'the pool');
  });

  test('a router that starts goes by its snapshot, to those that answer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'router-'));
    stage.onClear(() => rm(folder, { recursive: true }));
    const pool = new PoolStage();
    const [, two] = await serving(pool, 'web-1', 'web-2');
    const snapshotFile = join(folder, 'members.json');
    const before = await pool.router({ snapshotFile });
    expect(await answersOf(before, 4)).toEqual(new Set(['web-1', 'web-2']));
    await before.stop();
    await two!.stop();
    pool.server.goAway();
    const proxy = await pool.router({ snapshotFile });
    expect(await answersOf(proxy, 4)).toEqual(new Set(['web-1']));
    expect(await places(proxy)).toEqual(['web-1']);
    pool.server.comeBack();
    await until(async () => (await membersOf(proxy)).pool.kept === 0, 'the pool');
    expect(await places(proxy)).toEqual(['web-1', 'web-2']);
  });
});

describe('a lost pool', () => {
  test('is not an empty one: its members are kept while they answer, and beside those that join again', async () => {
    const pool = new PoolStage();
    const [one, two] = await serving(pool, 'web-1', 'web-2', 'web-3');
    const proxy = await pool.router();
    await two!.stop();
    pool.server.restartEmpty();
    await until(async () => (await membersOf(proxy)).pool.kept === 3, 'the loss');
    await until(async () => !(await places(proxy)).includes('web-2'), 'the probes');
    expect(await answersOf(proxy, 6)).toEqual(new Set(['web-1', 'web-3']));
    await pool.set('web-1', { url: one!.url, state: 'checking' });
    await until(async () => !(await places(proxy)).includes('web-1'), 'the word of the new pool');
    await pool.set('web-1', { url: one!.url, state: 'serving', servingSinceMs: 5 });
    await until(async () => (await places(proxy)).includes('web-1'), 'the return');
    expect(await answersOf(proxy, 6)).toEqual(new Set(['web-1', 'web-3']));
    expect(pool.logged).toContain('pool-lost');
  });
});
