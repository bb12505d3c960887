/** One router, several pools. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { buildCommit } from '../../pool/build-commit.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import type { PoolView } from '../../pool/view.ts';
import type { RunningProxy } from '../../proxy/wiring.ts';
import { draftOf, put } from '../support/nodes.ts';
import { adminOf, ask, membersOf, metricOf, Stage, type StageNode, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const limits = { deadlineMs: 2_000 };

class Pool {
  readonly #server: MemoryServer;
  readonly store: MemoryPool;
  #commits = 0;
  constructor(name: string) {
    this.#server = new MemoryServer(name);
    this.store = this.open();
  }
  open(): MemoryPool {
    return new MemoryPool(this.#server);
  }
  async set(...[id, rest]: Parameters<typeof put>): Promise<string> {
    this.#commits += 1;
    const commit = `c${this.#commits}`;
    const draft = draftOf([put(id, { ...rest, ...(rest?.state === 'draining' ? { drain: commit } : {}) })]);
    await this.store.commit(buildCommit(await this.store.view(limits), draft, commit), limits);
    return commit;
  }
  async view(): Promise<PoolView> {
    return this.store.view(limits);
  }
}

const routes = [
  { path: '/api', pool: 'api' },
  { host: 'docs.example.com', pool: 'docs' },
];
const named = (name: string): Promise<StageNode> => stage.node((_req, res) => void setTimeout(() => res.end(name), 30));

const start = async (): Promise<{ web: Pool; api: Pool; docs: Pool; proxy: RunningProxy; apiNode: StageNode }> => {
  const [web, api, docs] = [new Pool('web'), new Pool('api'), new Pool('docs')];
  await web.set('web-1', { url: (await named('web')).url });
  const apiNode = await named('api');
  await api.set('api-1', { url: apiNode.url });
  const others = [docs.open(), api.open()];
  const follow = { kind: 'pool', store: web.open(), others, rules: { allowedNetworks: ['127.0.0.0/8'] } } as const;
  const proxy = await stage.router(follow, { routes, admin: '127.0.0.1:0' });
  return { web, api, docs, proxy, apiNode };
};

describe('a router of several pools', () => {
  test('sends each request to its pool, and says so where that pool has nobody', async () => {
    const { proxy } = await start();
    expect(await ask(proxy.url)).toMatchObject({ body: 'web' });
    expect(await ask(`${proxy.url}/api/7`)).toMatchObject({ body: 'api' });
    const empty = await ask(proxy.url, { headers: { host: 'docs.example.com' } });
    expect([empty.status, JSON.parse(empty.body)]).toMatchObject([503, { error: 'no-node' }]);
  });

  test('follows each by itself, and shows all of them', async () => {
    const { docs, proxy } = await start();
    await docs.set('docs-1', { url: (await named('docs')).url });
    await until(async () => (await ask(proxy.url, { headers: { host: 'docs.example.com' } })).body === 'docs', 'docs');
    const page = (await membersOf(proxy)) as unknown as { others: Record<string, { members: { id: string }[] }> };
    expect(page).toMatchObject({ members: [{ id: 'web-1' }] });
    expect(page.others).toMatchObject({ api: { members: [{ id: 'api-1' }] }, docs: { members: [{ id: 'docs-1' }] } });
    expect(await metricOf(proxy, 'members{place="in"}')).toBe(3);
  });

  test('tells each pool of its own drains alone', async () => {
    const { web, api, proxy, apiNode } = await start();
    const answer = ask(`${proxy.url}/api`);
    await until(() => apiNode.begun === 1, 'the request');
    const drain = await api.set('api-1', { state: 'draining' });
    const reported = async (pool: Pool) => (await pool.view()).routers.get(proxy.id)?.draining;
    await until(async () => (await reported(api))?.[drain] === 0, 'a drained api');
    expect((await answer).body).toBe('api');
    expect(await reported(web)).toEqual({});
  });

  test('says good-bye to all of them', async () => {
    const { web, api, docs, proxy } = await start();
    await proxy.stop();
    for (const pool of [web, api, docs]) expect((await pool.view()).routers.size).toBe(0);
  });

  test('is ready once it knows all of them', async () => {
    const { proxy } = await start();
    expect(await adminOf(proxy, '/ready')).toMatchObject({ status: 200 });
  });
});
