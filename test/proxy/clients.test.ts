import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { adminOf, ask, membersOf, metricOf, Stage, speak, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const admin = { admin: '127.0.0.1:0' };
const client = (url: string, text: string) => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text, 'latin1'));
  socket.on('error', () => undefined);
  return socket;
};
const inFlight = async (proxy: Parameters<typeof membersOf>[0]) => (await membersOf(proxy)).members[0]?.inFlight;

describe('a client that goes', () => {
  test('while it waits takes its request to the node along', async () => {
    const node = await stage.node(() => undefined);
    const proxy = await stage.router([node.url], { ...admin, firstByte: [{ path: '/', deadline: '1m' }] });
    const socket = client(proxy.url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => node.begun === 1);
    expect(await inFlight(proxy)).toBe(1);
    socket.destroy();
    await until(async () => (await inFlight(proxy)) === 0 && node.sockets.size === 0, 'the end of the try');
    expect(await metricOf(proxy, 'requests_total{code="aborted"}')).toBe(1);
    expect((await membersOf(proxy)).members[0]).toMatchObject({ failuresInRow: 0 });
  });

  test('while it uploads takes its request to the node along', async () => {
    const node = await stage.node();
    const proxy = await stage.router([node.url], admin);
    const socket = client(proxy.url, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf');
    await until(() => node.begun === 1);
    socket.destroy();
    await until(async () => (await inFlight(proxy)) === 0 && node.sockets.size === 0, 'the end of the try');
    expect(node.seen).toEqual([]);
  });

  test('while it is answered takes the answer along', async () => {
    const node = await stage.node((_req, res) => res.write(Buffer.alloc(4 << 20)));
    const proxy = await stage.router([node.url], admin);
    const socket = client(proxy.url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await until(async () => (await inFlight(proxy)) === 0 && node.sockets.size === 0, 'the end of the answer');
  });

  test('in dozens leaves nothing behind', async () => {
    const node = await stage.node((_req, res) => void setTimeout(() => res.end('late'), 30));
    const proxy = await stage.router([node.url], admin);
    const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf';
    for (let turn = 0; turn < 60; turn += 1) {
      const socket = client(proxy.url, turn % 2 === 0 ? 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' : post);
      socket.once('connect', () => void setTimeout(() => socket.destroy(), turn % 40));
    }
    await until(async () => (await metricOf(proxy, 'request_seconds_count')) === 60, 'the requests');
    expect(await inFlight(proxy)).toBe(0);
    expect(await ask(proxy.url)).toMatchObject({ status: 200 });
    expect((await membersOf(proxy)).members[0]).toMatchObject({ place: 'in' });
  });
});

describe('a client that stalls', () => {
  test('in its upload gets 408 after the idle time', async () => {
    const node = await stage.node();
    const proxy = await stage.router([node.url], { ...admin, idle: '200ms' });
    const text = await speak(proxy.url, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf');
    expect(text).toMatch(/^HTTP\/1.1 408 Request Timeout[\s\S]*client-stalled/);
    expect((await membersOf(proxy)).members[0]).toMatchObject({ inFlight: 0, failuresInRow: 0 });
  });

  test('in taking its answer is cut off after the idle time, and the node is not blamed', async () => {
    const node = await stage.node((_req, res) => res.end(Buffer.alloc(16 << 20)));
    const proxy = await stage.router([node.url], { ...admin, idle: '1s' });
    const socket = client(proxy.url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    await until(async () => (await inFlight(proxy)) === 0, 'the end of the answer');
    expect((await membersOf(proxy)).members[0]).toMatchObject({ failuresInRow: 0 });
    socket.destroy();
  });
});

describe('too much', () => {
  test('at once is 503 with a reason', async () => {
    const node = await stage.node(() => undefined);
    const proxy = await stage.router([node.url], { ...admin, limits: { inFlight: 2 } });
    const held = [1, 2].map(() => client(proxy.url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await until(() => node.begun === 2);
    const answer = await ask(proxy.url);
    expect([answer.status, JSON.parse(answer.body).error, answer.headers['retry-after']]).toEqual([
      503,
      'overloaded',
      '1',
    ]);
    for (const socket of held) socket.destroy();
  });

  test('of connections: the last ones are closed, and counted', async () => {
    const proxy = await stage.router([(await stage.node()).url], { ...admin, limits: { connections: 2 } });
    const held = [1, 2].map(() => client(proxy.url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
    await expect(ask(proxy.url)).rejects.toThrow();
    expect(await metricOf(proxy, 'connections_dropped_total')).toBe(1);
    for (const socket of held) socket.destroy();
  });
});

describe('a router that stops', () => {
  test('ends what is under way, tells its clients to come back elsewhere, and lets nobody new in', async () => {
    let end = (): unknown => undefined;
    const node = await stage.node((_req, res) => {
      end = () => res.end('late');
    });
    const proxy = await stage.router([node.url], { stop: { deadline: '20s' } });
    const answer = ask(proxy.url, { headers: { connection: 'keep-alive' } });
    await until(() => node.begun === 1);
    const stopped = proxy.stop();
    await expect(ask(proxy.url)).rejects.toThrow(/ECONNREFUSED/);
    end();
    expect(await answer).toMatchObject({ status: 200, body: 'late', headers: { connection: 'close' } });
    await stopped;
    await until(() => node.sockets.size === 0, 'the end of the connection to the node');
  });

  test('does not wait for ever', async () => {
    const node = await stage.node(() => undefined);
    const proxy = await stage.router([node.url], {
      firstByte: [{ path: '/', deadline: '1m' }],
      stop: { deadline: '200ms' },
    });
    const cut = expect(ask(proxy.url)).rejects.toThrow(/hang up|ECONNRESET/);
    await until(() => node.begun === 1);
    await proxy.stop();
    await cut;
    await until(() => node.sockets.size === 0, 'the end of the connection to the node');
  });

  test('is not ready from then on', async () => {
    let end = (): unknown => undefined;
    const node = await stage.node((_req, res) => {
      end = () => res.end('late');
    });
    const proxy = await stage.router([node.url], { ...admin, stop: { deadline: '20s' } });
    expect(await adminOf(proxy, '/ready')).toMatchObject({ status: 200 });
    const pending = ask(proxy.url);
    await until(() => node.begun === 1);
    const stopped = proxy.stop();
    expect(await adminOf(proxy, '/ready')).toMatchObject({
      status: 503,
      body: expect.stringContaining('{"ok":false,"because":"stopping"'),
    });
    end();
    await Promise.all([stopped, pending]);
  });
});

describe('the admin port', () => {
  test('tells health, readiness, members and metrics', async () => {
    const node = await stage.node();
    const proxy = await stage.router([node.url], admin);
    await ask(proxy.url);
    expect(JSON.parse((await adminOf(proxy, '/health')).body)).toEqual({ ok: true, members: 1 });
    expect((await membersOf(proxy)).members).toMatchObject([{ url: node.url, place: 'in', inFlight: 0 }]);
    expect(await metricOf(proxy, 'requests_total{code="2xx"}')).toBe(1);
    expect(await metricOf(proxy, 'members{place="in"}')).toBe(1);
    expect(await metricOf(proxy, 'redis_away_seconds')).toBe(0);
    expect((await adminOf(proxy, '/metrics')).headers['content-type']).toMatch(/text\/plain/);
  });

  test('knows no other page, and no other method', async () => {
    const proxy = await stage.router([(await stage.node()).url], admin);
    expect((await adminOf(proxy, '/constructor')).status).toBe(404);
    expect((await ask(`${proxy.adminUrl}/health`, { method: 'POST' })).status).toBe(405);
  });
});
