import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { apart } from '../support/place.ts';
import { adminOf, ask, membersOf, metricOf, Stage, shaOf, soonGivenUp, speak, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const admin = { admin: '127.0.0.1:0' };
/** A node that takes requests and never answers. */
const hanging = () => stage.node(() => undefined);
/** A node that ends the connection once it has read the request. */
const resetting = () => stage.rawNode((socket) => socket.resetAndDestroy());
const answers = async (count: number, go: (turn: number) => ReturnType<typeof ask>) => {
  const all = [];
  for (let turn = 0; turn < count; turn += 1) all.push(await go(turn));
  return all;
};
const statuses = (all: readonly { readonly status: number }[]) => all.map(({ status }) => status);

describe('a node that refuses connections', () => {
  test('costs nobody a request, with a body or without', async () => {
    const node = await stage.node((_req, res, body) => res.end(shaOf(body)));
    const proxy = await stage.router([await stage.deadUrl(), node.url], admin);
    const body = randomBytes(700_000);
    const gets = await answers(4, () => ask(proxy.url));
    const posts = await answers(4, () => ask(proxy.url, { method: 'POST', body }));
    expect(statuses([...gets, ...posts])).toEqual([200, 200, 200, 200, 200, 200, 200, 200]);
    expect(posts.map((post) => post.body)).toEqual(Array(4).fill(shaOf(body)));
    expect(node.seen).toHaveLength(8);
    expect(await metricOf(proxy, 'tries_failed_total{reason="refused"}')).toBe(4);
  });

  test('says on the answer that it was tried again', async () => {
    const node = await stage.node();
    const proxy = await stage.router([await stage.deadUrl(), node.url], admin);
    const all = await answers(2, () => ask(proxy.url));
    expect(all.map(({ headers }) => headers['x-doctor-monkey-tries'])).toEqual(['2', undefined]);
    expect(await metricOf(proxy, 'retries_total')).toBe(1);
  });

  test('is left out after some failures, and asked no more', async () => {
    const node = await stage.node();
    const proxy = await stage.router([await stage.deadUrl(), node.url], { ...admin, ejection: { failures: 3 } });
    const all = await answers(10, () => ask(proxy.url));
    expect(all.at(-1)?.headers).toMatchObject({ 'x-doctor-monkey-ejected': '1' });
    expect((await membersOf(proxy)).members.map(({ place }) => place)).toEqual(['out', 'in']);
    expect(await metricOf(proxy, 'tries_failed_total{reason="refused"}')).toBe(3);
    expect(await metricOf(proxy, 'ejections_total{reason="failures-in-row"}')).toBe(1);
  });

  test('is left out soon where the less busy of two is chosen, too: for refusing it is not passed over', async () => {
    const node = await stage.node();
    const proxy = await stage.router([await stage.deadUrl(), node.url], { ...admin, choose: 'power-of-two' });
    const all = await answers(64, () => ask(proxy.url));
    expect(new Set(statuses(all))).toEqual(new Set([200]));
    expect((await membersOf(proxy)).members.map(({ place }) => place)).toEqual(['out', 'in']);
  });

  test('is tried again after a while, with one request at a time, and taken back once it answers', async () => {
    const dead = await stage.node(undefined, apart);
    await dead.stop();
    const node = await stage.node();
    const ejection = { failures: 1, time: '2s' };
    const proxy = await stage.router([dead.url, node.url], { ...admin, ejection });
    await answers(2, () => ask(proxy.url));
    // After two seconds, which a machine that stands still may take, it is on its trial already.
    expect((await membersOf(proxy)).members[0]?.place).toMatch(/^(out|on-trial)$/);
    const again = await stage.node((_req, res) => res.end('again'), { ...apart, port: dead.port });
    await until(async () => (await membersOf(proxy)).members[0]?.place === 'on-trial', 'the trial');
    await answers(4, () => ask(proxy.url));
    expect((await membersOf(proxy)).members[0]?.place).toBe('in');
    expect(again.seen.length).toBeGreaterThan(0);
  });

  test('costs nobody a request where most do, and may not be left out', async () => {
    const node = await stage.node((_req, res, body) => res.end(shaOf(body)));
    const dead = [await stage.deadUrl(), await stage.deadUrl(), await stage.deadUrl(), await stage.deadUrl()];
    const proxy = await stage.router([...dead, node.url], {
      ...admin,
      ejection: { failures: 3, most: '0%', time: '10m', longest: '10m' },
    });
    const body = randomBytes(100_000);
    const gets = await answers(10, () => ask(proxy.url));
    const posts = await answers(10, () => ask(proxy.url, { method: 'POST', body }));
    const onSlowPath = await answers(5, () => ask(proxy.url, { headers: { expect: '100-continue' } }));
    expect(new Set(statuses([...gets, ...posts, ...onSlowPath]))).toEqual(new Set([200]));
    expect(new Set(posts.map((post) => post.body))).toEqual(new Set([shaOf(body)]));
    expect(await metricOf(proxy, 'retry_budget_exhausted_total')).toBe(0);
    // One may always be left out; the others are asked last from then on, so that nobody is tried twice.
    expect((await membersOf(proxy)).members.map(({ askedLast }) => askedLast).filter(Boolean)).toHaveLength(3);
    expect((await ask(proxy.url)).headers).not.toHaveProperty('x-doctor-monkey-tries');
  });

  test('gives 502 where it is the only one', async () => {
    const proxy = await stage.router([await stage.deadUrl()]);
    const answer = await ask(proxy.url);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([502, { error: 'bad-gateway', because: 'refused' }]);
  });
});

describe('a node that hangs', () => {
  test('costs a safe request one retry, and no more than its deadline', async () => {
    const [hung, node] = [await hanging(), await stage.node()];
    const proxy = await stage.router([hung.url, node.url], { firstByte: [{ path: '/', deadline: '3s' }] });
    expect(await ask(proxy.url)).toMatchObject({ status: 200, headers: { 'x-doctor-monkey-tries': '2' } });
    await until(() => hung.sockets.size === 0, 'the end of the hung try');
  });

  test('though it answered until a moment ago costs a safe request no more than its deadline', async () => {
    let isFrozen = false;
    const freezing = await stage.node((req, res) => {
      if (!isFrozen && req.url !== '/waits') res.end('ok');
    });
    const node = await stage.node();
    const proxy = await stage.router([freezing.url, node.url], {
      ...admin,
      // The answers come within its first half, also where each takes its time.
      firstByte: [{ path: '/', deadline: '5s' }],
    });
    const waiting = ask(`${proxy.url}/waits`);
    await until(() => freezing.begun === 1);
    await answers(4, () => ask(proxy.url));
    isFrozen = true;
    expect(await waiting).toMatchObject({ status: 200, headers: { 'x-doctor-monkey-tries': '2' } });
    expect((await membersOf(proxy)).members[0]).toMatchObject({ failuresInRow: 1 });
  });

  test.each([
    ['fast', {}],
    ['slow', { expect: '100-continue' }],
  ])(
    'only on one request, and answers others: that is 504, asked once, and nobody is blamed (%s path)',
    async (_path, headers) => {
      const slow = () =>
        stage.node((req, res) => {
          if (req.url !== '/slow') res.end('ok');
        });
      const nodes = [await slow(), await slow()];
      const proxy = await stage.router(
        nodes.map(({ url }) => url),
        { ...admin, firstByte: [{ path: '/', deadline: '3s' }] },
      );
      const over = new AbortController();
      const slowOnes = Promise.all(Array.from({ length: 6 }, () => ask(`${proxy.url}/slow`, { headers })));
      void slowOnes.finally(() => {
        over.abort();
      });
      while (!over.signal.aborted) await ask(proxy.url);
      expect(statuses(await slowOnes)).toEqual(Array(6).fill(504));
      expect(nodes.flatMap(({ seen }) => seen).filter(({ url }) => url === '/slow')).toHaveLength(6);
      expect((await membersOf(proxy)).members).toMatchObject(Array(2).fill({ place: 'in', failuresInRow: 0 }));
    },
  );

  test('as all do on a request that takes long: nobody is left out for that', async () => {
    const nodes = [await hanging(), await hanging()];
    const proxy = await stage.router(
      nodes.map(({ url }) => url),
      { ...admin, firstByte: [{ path: '/', deadline: '50ms' }], ejection: { failures: 2 } },
    );
    expect(statuses(await answers(5, () => ask(proxy.url)))).toEqual(Array(5).fill(504));
    expect((await membersOf(proxy)).members).toMatchObject(Array(2).fill({ place: 'in', failuresInRow: 0 }));
  });

  test('costs an unsafe request its life: 504, and it is sent nowhere else', async () => {
    const [hung, node] = [await hanging(), await stage.node()];
    const proxy = await stage.router([hung.url, node.url], soonGivenUp);
    const answer = await ask(proxy.url, { method: 'POST', body: 'once' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      504,
      { error: 'gateway-timeout', because: 'first-byte-timeout' },
    ]);
    expect([hung.seen.length, node.seen.length]).toEqual([1, 0]);
  });

  test('is waited for as long as its path is given', async () => {
    const node = await stage.node((_req, res) => void setTimeout(() => res.end('late'), 600));
    const firstByte = [
      { path: '/', deadline: '200ms' },
      { path: '/report', deadline: '5s' },
    ];
    const proxy = await stage.router([node.url], { firstByte });
    expect(statuses([await ask(`${proxy.url}/report/7`), await ask(`${proxy.url}/other`)])).toEqual([200, 504]);
  });

  test('gives 504 where both tries hang', async () => {
    const proxy = await stage.router([(await hanging()).url, (await hanging()).url], soonGivenUp);
    expect(await ask(proxy.url)).toMatchObject({ status: 504 });
  });

  test('has its deadline from the end of a slow upload, not from its start', async () => {
    const node = await stage.node((_req, res, body) => res.end(String(body.length)));
    const proxy = await stage.router([node.url], { firstByte: [{ path: '/', deadline: '3s' }] });
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    let heard = '';
    socket.on('data', (data) => {
      heard += data.toString();
    });
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nConnection: close\r\n\r\n');
    for (let part = 0; part < 6; part += 1) {
      await new Promise((resolve) => setTimeout(resolve, 600));
      socket.write('x');
    }
    await until(() => heard.includes('\r\n\r\n6'), 'the answer');
    socket.destroy();
  });
});

describe('a node that resets', () => {
  test('costs a safe request one retry', async () => {
    const proxy = await stage.router([(await resetting()).url, (await stage.node()).url]);
    expect(await ask(proxy.url)).toMatchObject({ status: 200 });
  });

  test('costs an unsafe request its life: nobody knows whether it was done', async () => {
    const [reset, node] = [await resetting(), await stage.node()];
    const proxy = await stage.router([reset.url, node.url]);
    expect(await ask(proxy.url, { method: 'POST', body: 'once' })).toMatchObject({ status: 502 });
    expect(node.begun).toBe(0);
  });

  test('never has a safe request with a body sent twice: the body is gone', async () => {
    const [reset, node] = [await resetting(), await stage.node()];
    const proxy = await stage.router([reset.url, node.url]);
    const answer = await ask(proxy.url, { method: 'GET', body: 'x', headers: { 'content-length': 1 } });
    expect([answer.status, node.begun]).toEqual([502, 0]);
  });
});

describe('a connection that was kept', () => {
  test('and closed by the node just then costs nobody a safe request, even where there is no other node', async () => {
    let connections = 0;
    // Answers the first request of a connection, and resets it when a second one comes.
    const node = await stage.rawNode((socket) => {
      connections += 1;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      socket.on('data', () => socket.resetAndDestroy());
    });
    const proxy = await stage.router([node.url]);
    expect(statuses(await answers(3, () => ask(proxy.url)))).toEqual([200, 200, 200]);
    expect(connections).toBeGreaterThan(1);
  });

  test.each(['fast', 'slow'])(
    'and closed by its node costs nothing where a dead node is next (%s path)',
    async (path) => {
      const answering = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
      const node = await stage.rawNode((socket) => {
        socket.write(answering);
        socket.on('data', () => socket.resetAndDestroy());
      });
      const gone = await stage.node((_req, res) => res.end('ok'));
      const proxy = await stage.router([node.url, gone.url]);
      const headers = path === 'fast' ? {} : { expect: '100-continue' };
      expect(statuses(await answers(2, () => ask(proxy.url, { headers })))).toEqual([200, 200]);
      await gone.stop();
      expect(await ask(proxy.url, { headers })).toMatchObject({
        status: 200,
        headers: { 'x-doctor-monkey-tries': '3' },
      });
    },
  );

  test('carries an unsafe request right after its last answer', async () => {
    const ports = new Set<number | undefined>();
    const node = await stage.node((req, res) => {
      ports.add(req.socket.remotePort);
      res.end();
    });
    const proxy = await stage.router([node.url], { reuseWithin: '10s' });
    await answers(2, () => ask(proxy.url));
    const posts = await answers(2, () => ask(proxy.url, { method: 'POST', body: 'x' }));
    expect([statuses(posts), ports.size]).toEqual([[200, 200], 1]);
  });

  test('and was closed by the node without a word costs nobody an unsafe request', async () => {
    let connections = 0;
    const node = await stage.rawNode((socket) => {
      connections += 1;
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const proxy = await stage.router([node.url]);
    const posts = await answers(5, () => ask(proxy.url, { method: 'POST', body: 'x' }));
    expect([statuses(posts), connections]).toEqual([[200, 200, 200, 200, 200], 5]);
  });
});

describe('a node that dies in mid-answer', () => {
  const dying = (head: string) => stage.rawNode((socket) => void socket.write(head, () => socket.resetAndDestroy()));

  test.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nme'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nme\r\n'],
  ])('and had said %s: the client’s connection is closed, no whole answer is pretended', async (_name, head) => {
    const node = await stage.rawNode((socket) => {
      socket.write(head);
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    const proxy = await stage.router([node.url, (await stage.node()).url], admin);
    await expect(ask(proxy.url)).rejects.toThrow(/aborted|ECONNRESET|hang up/);
    expect(await speak(proxy.url, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/200 OK/);
    expect(await metricOf(proxy, 'tries_failed_total{reason="cut"}')).toBe(1);
    expect(await metricOf(proxy, 'requests_total{code="aborted"}')).toBe(1);
  });

  test('is a reset to an HTTP/1.0 client, who would take a close for the end', async () => {
    const node = await stage.rawNode((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nme\r\n');
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    const proxy = await stage.router([node.url]);
    expect(await speak(proxy.url, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/me\[ECONNRESET\]$/);
  });

  test('or stops there: the answer is given up after the idle time', async () => {
    const node = await stage.rawNode((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nme'));
    const proxy = await stage.router([node.url], { idle: '200ms' });
    await expect(ask(proxy.url)).rejects.toThrow(/aborted|ECONNRESET|hang up/);
    await until(() => node.sockets.size === 0, 'the end of the stalled answer');
  });

  test('leaves nothing in flight', async () => {
    const node = await dying('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nme');
    const proxy = await stage.router([node.url], admin);
    await ask(proxy.url).catch(() => undefined);
    expect((await membersOf(proxy)).members[0]?.inFlight).toBe(0);
  });
});

describe('the retry budget', () => {
  test('is ten retries where there are few requests; then a failure is a failure', async () => {
    const proxy = await stage.router([(await resetting()).url, (await stage.node()).url], {
      ...admin,
      ejection: { most: '0%', failures: 1_000 },
    });
    const all = statuses(await answers(30, () => ask(proxy.url)));
    expect(all.filter((status) => status === 502)).toHaveLength(5);
    expect(await metricOf(proxy, 'retries_total')).toBe(10);
    expect(await metricOf(proxy, 'retry_budget_exhausted_total')).toBe(5);
  });

  test('is not asked where nothing was sent', async () => {
    const proxy = await stage.router([await stage.deadUrl(), (await stage.node()).url], {
      ...admin,
      ejection: { failures: 1_000 },
    });
    const all = statuses(await answers(40, () => ask(proxy.url)));
    expect(new Set(all)).toEqual(new Set([200]));
    expect(await metricOf(proxy, 'retries_total')).toBe(20);
  });
});

test('where every node is left out, all are asked: no router makes things worse than they are', async () => {
  const node = await stage.node();
  const proxy = await stage.router([await stage.deadUrl(), await stage.deadUrl(), node.url], {
    ...admin,
    ejection: { failures: 1, most: '100%' },
  });
  expect(statuses(await answers(6, () => ask(proxy.url))).filter((status) => status === 200).length).toBeGreaterThan(3);
  await node.stop();
  expect(statuses(await answers(2, () => ask(proxy.url)))).toEqual([502, 502]);
  expect((await adminOf(proxy, '/health')).status).toBe(200);
});
