/** A node that says nothing in time: is it the node, or are they requests that take long? */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { RunningProxy } from '../../proxy/wiring.ts';
import { ask, membersOf, Stage, type StageNode, soonGivenUp, until } from './stage.ts';
import { ToldLog } from './told.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const paths = [
  ['fast', {}],
  ['slow', { expect: '100-continue' }],
] as const;

/** Answers all but `/slow`, which takes longer than anybody waits. */
const reporting = (): Promise<StageNode> =>
  stage.node((req, res) => {
    if (req.url !== '/slow') res.end('ok');
  });

const atOnce = async (count: number, go: () => ReturnType<typeof ask>): Promise<readonly number[]> =>
  (await Promise.all(Array.from({ length: count }, go))).map(({ status }) => status);

describe('slow requests that come at once on an idle pool', () => {
  test.each(paths.flatMap(([path, headers]) => [['GET', path, headers] as const, ['POST', path, headers] as const]))(
    'leave no node out: they are one silence, not so many (%s, %s path)',
    async (method, _path, headers) => {
      const nodes = [await reporting(), await reporting()];
      const log = new ToldLog();
      const proxy = await stage.router(
        nodes.map(({ url }) => url),
        { admin: '127.0.0.1:0', ...soonGivenUp },
        { log },
      );
      expect(await atOnce(14, () => ask(`${proxy.url}/slow`, { method, headers }))).toEqual(Array(14).fill(504));
      expect((await membersOf(proxy)).members).toMatchObject(Array(2).fill({ place: 'in', askedLast: false }));
      expect(log.of('node-ejected', 'node-asked-last')).toEqual([]);
    },
  );
});

/** A router whose clients choose their node by a header. */
const sticky = async (log: ToldLog, nodes: readonly StageNode[]): Promise<RunningProxy> =>
  stage.router(
    nodes.map(({ url }) => url),
    { admin: '127.0.0.1:0', sticky: { header: 'x-client' }, firstByte: [{ path: '/', deadline: '4s' }] },
    { log },
  );

/** The client that goes to this node. */
const clientOf = async (proxy: RunningProxy, node: StageNode): Promise<{ readonly 'x-client': string }> => {
  for (let client = 0; client < 100; client += 1) {
    const headers = { 'x-client': String(client) };
    const before = node.seen.length;
    await ask(proxy.url, { headers });
    if (node.seen.length > before) return headers;
  }
  throw new Error('none of a hundred clients goes there');
};

/** Sends so many slow requests to the one node while the other one answers; returns once all were given up. */
const silence = async (proxy: RunningProxy, one: object, other: object): Promise<readonly number[]> => {
  const over = new AbortController();
  const slow = atOnce(8, () => ask(`${proxy.url}/slow`, { method: 'POST', headers: { ...one } }));
  void slow.finally(() => {
    over.abort();
  });
  while (!over.signal.aborted) await ask(proxy.url, { headers: { ...other } });
  return slow;
};

describe('a node that says nothing while another answers', () => {
  test('is in doubt, and in again with the first thing that it answers', async () => {
    const nodes = [await reporting(), await reporting()] as const;
    const log = new ToldLog();
    const proxy = await sticky(log, nodes);
    const [one, other] = [await clientOf(proxy, nodes[0]), await clientOf(proxy, nodes[1])];
    expect(await silence(proxy, one, other)).toEqual(Array(8).fill(504));
    const { url } = nodes[0];
    expect(log.of('node-ejected')).toMatchObject([{ fields: { node: url, reason: 'silent', forMs: 0 } }]);
    expect((await membersOf(proxy)).members).toMatchObject([{ place: 'on-trial' }, { place: 'in' }]);
    expect(await ask(proxy.url, { headers: one })).toMatchObject({ status: 200 });
    await until(() => log.of('node-back').length === 1, 'the return');
    expect((await membersOf(proxy)).members).toMatchObject(Array(2).fill({ place: 'in' }));
    expect(nodes[0].seen.at(-1)?.url).toBe('/');
  });

  test('and nothing on its trial is left out', async () => {
    const nodes = [await reporting(), await reporting()] as const;
    const log = new ToldLog();
    const proxy = await sticky(log, nodes);
    const [one, other] = [await clientOf(proxy, nodes[0]), await clientOf(proxy, nodes[1])];
    await silence(proxy, one, other);
    expect(await ask(`${proxy.url}/slow`, { method: 'POST', headers: one })).toMatchObject({ status: 504 });
    expect(log.of('node-ejected').map(({ fields }) => [fields['reason'], fields['forMs']])).toEqual([
      ['silent', 0],
      ['trial-failed', 10_000],
    ]);
    expect((await membersOf(proxy)).members).toMatchObject([{ place: 'out' }, { place: 'in' }]);
  });
});
