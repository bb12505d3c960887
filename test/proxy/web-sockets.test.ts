import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import type { RunningProxy } from '../../proxy/wiring.ts';
import { ask, membersOf, metricOf, Stage, soonGivenUp, speak, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const admin = { admin: '127.0.0.1:0' };

interface EchoNode {
  readonly url: string;
  readonly requests: IncomingMessage[];
  readonly sockets: Set<Socket>;
  readonly server: WebSocketServer;
}

const echoNode = async (): Promise<EchoNode> => {
  const http = createServer((_req, res) => res.end('http'));
  const sockets = new Set<Socket>();
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const requests: IncomingMessage[] = [];
  const server = new WebSocketServer({ server: http, handleProtocols: () => 'meow' });
  server.on('connection', (socket, req) => {
    requests.push(req);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  stage.onClear(async () => {
    for (const socket of sockets) socket.destroy();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, requests, sockets, server };
};

const open = async (proxy: RunningProxy, path = '/ws'): Promise<WebSocket> => {
  const socket = new WebSocket(`${proxy.url.replace('http', 'ws')}${path}`, ['meow'], { headers: { 'x-mine': '1' } });
  stage.onClear(async () => socket.terminate());
  await once(socket, 'open');
  return socket;
};
const echoed = async (socket: WebSocket, data: Buffer | string): Promise<string> => {
  socket.send(data);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  return answer.toString();
};
const closed = async (socket: WebSocket): Promise<number> => ((await once(socket, 'close')) as [number])[0];
const member = async (proxy: RunningProxy) => (await membersOf(proxy)).members[0];

describe('a WebSocket', () => {
  test('speaks both ways, small and big', async () => {
    const node = await echoNode();
    const socket = await open(await stage.router([node.url]), '/ws?room=1');
    expect(socket.protocol).toBe('meow');
    expect(await echoed(socket, 'hello')).toBe('hello');
    const big = Buffer.alloc(1 << 20, 'meow');
    expect(await echoed(socket, big)).toBe(big.toString());
    expect(node.requests[0]).toMatchObject({
      url: '/ws?room=1',
      headers: { 'x-mine': '1', 'x-forwarded-for': '127.0.0.1', connection: 'Upgrade', upgrade: 'websocket' },
    });
  });

  test('is in flight while it lives, whoever ends it', async () => {
    const node = await echoNode();
    const proxy = await stage.router([node.url], admin);
    const [first, second] = [await open(proxy), await open(proxy)];
    expect(await member(proxy)).toMatchObject({ inFlight: 2, webSockets: 2 });
    first.close(1000);
    expect(await closed(first)).toBe(1000);
    await until(async () => (await member(proxy))?.inFlight === 1, 'the end of the first');
    for (const socket of node.server.clients) socket.close(1000);
    expect(await closed(second)).toBe(1000);
    await until(async () => (await member(proxy))?.inFlight === 0, 'the end of the second');
    expect(await metricOf(proxy, 'websockets_opened_total')).toBe(2);
    expect(await metricOf(proxy, 'requests_total{code="1xx"}')).toBe(2);
  });

  test('ends when its client vanishes', async () => {
    const node = await echoNode();
    const proxy = await stage.router([node.url], admin);
    (await open(proxy)).terminate();
    await until(async () => (await member(proxy))?.inFlight === 0 && node.sockets.size === 0, 'the end');
  });

  test('ends when its node dies', async () => {
    const node = await echoNode();
    const proxy = await stage.router([node.url], admin);
    const socket = await open(proxy);
    const end = closed(socket);
    for (const one of node.sockets) one.resetAndDestroy();
    expect(await end).toBe(1006);
    await until(async () => (await member(proxy))?.inFlight === 0, 'the end');
  });

  test('goes to another node where the first refuse', async () => {
    const node = await echoNode();
    const proxy = await stage.router(
      [await stage.deadUrl(), await stage.deadUrl(), await stage.deadUrl(), node.url],
      admin,
    );
    expect(await echoed(await open(proxy), 'hello')).toBe('hello');
    expect(await metricOf(proxy, 'retries_total')).toBe(3);
  });

  test('ends the trial of its node with the 101', async () => {
    let isWell = false;
    const accept = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const node = await stage.rawNode((socket) => (isWell ? socket.write(accept) : socket.resetAndDestroy()));
    const other = await stage.node();
    const ejection = { failures: 1, time: '1s' };
    const proxy = await stage.router([node.url, other.url], { ...admin, ejection });
    const placeOfNode = async () => (await membersOf(proxy)).members.find(({ url }) => url === node.url)?.place;
    await until(async () => {
      await ask(proxy.url);
      return (await placeOfNode()) === 'out';
    }, 'the ejection');
    isWell = true;
    await until(async () => (await placeOfNode()) === 'on-trial', 'the trial');
    await until(async () => {
      const begun = node.begun;
      const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
      stage.onClear(async () => void client.destroy());
      client.write(
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
      await once(client, 'data');
      return node.begun > begun;
    }, 'the trial’s 101');
    expect(await placeOfNode()).toBe('in');
  });

  test('that is silent both ways is closed', async () => {
    const proxy = await stage.router([(await echoNode()).url], { webSocket: { idle: '1s' } });
    const socket = await open(proxy);
    const start = performance.now();
    expect(await closed(socket)).toBe(1006);
    expect(performance.now() - start).toBeGreaterThan(900);
  });

  test('is told that the router goes away', async () => {
    const node = await echoNode();
    const proxy = await stage.router([node.url], { stop: { deadline: '20s' } });
    const socket = await open(proxy);
    const end = closed(socket);
    await proxy.stop();
    expect(await end).toBe(1001);
    await until(() => node.sockets.size === 0, 'the end of the connection to the node');
  });
});

describe('a handshake', () => {
  const handshake =
    'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

  test('that the node refuses is refused with the node’s own words', async () => {
    const node = await stage.rawNode((socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\nX-Why: key\r\nConnection: close\r\n\r\nnope');
    });
    const proxy = await stage.router([node.url], admin);
    expect(await speak(proxy.url, handshake)).toMatch(/^HTTP\/1.1 401 Unauthorized\r\n[\s\S]*x-why: key[\s\S]*nope$/i);
    await until(async () => (await member(proxy))?.inFlight === 0, 'the end');
    expect(await metricOf(proxy, 'requests_total{code="4xx"}')).toBe(1);
  });

  test('that nobody answers is 504', async () => {
    const node = await stage.rawNode(() => undefined);
    const proxy = await stage.router([node.url], { ...admin, ...soonGivenUp });
    expect(await speak(proxy.url, handshake)).toMatch(/^HTTP\/1.1 504 Gateway Timeout[\s\S]*first-byte-timeout/);
    expect(await member(proxy)).toMatchObject({ inFlight: 0 });
  });

  test('on which the node dies is 502', async () => {
    const node = await stage.rawNode((socket) => socket.resetAndDestroy());
    const proxy = await stage.router([node.url], admin);
    expect(await speak(proxy.url, handshake)).toMatch(/^HTTP\/1.1 502 Bad Gateway/);
    await until(async () => (await member(proxy))?.inFlight === 0, 'the end');
  });

  test('where no node listens is 502', async () => {
    const proxy = await stage.router([await stage.deadUrl()]);
    expect(await speak(proxy.url, handshake)).toMatch(/^HTTP\/1.1 502 Bad Gateway/);
  });

  test('with two hosts is 400', async () => {
    const proxy = await stage.router([(await echoNode()).url]);
    expect(await speak(proxy.url, handshake.replace('Host: a', 'Host: a\r\nHost: b'))).toMatch(/^HTTP\/1.1 400/);
  });

  test('that its client gives up is given up', async () => {
    const node = await stage.rawNode(() => undefined);
    const proxy = await stage.router([node.url], { ...admin, firstByte: [{ path: '/', deadline: '1m' }] });
    const socket = new WebSocket(proxy.url.replace('http', 'ws'));
    socket.on('error', () => undefined);
    await until(() => node.begun === 1);
    socket.terminate();
    await until(async () => (await member(proxy))?.inFlight === 0 && node.sockets.size === 0, 'the end');
  });

  test.each([
    ['that is wrong', handshake.replace('Host: a', 'Host: a\r\nHost: b'), 400],
    ['that no node takes', handshake, 502],
    ['for a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 405],
  ])('%s leaves no socket behind, even where its client never closes', async (_what, text, status) => {
    const proxy = await stage.router([await stage.deadUrl()]);
    const socket = connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(text);
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    // Only a socket that is gone answers what comes with a reset.
    await until(() => {
      if (!socket.destroyed) socket.write('still here');
      return socket.destroyed;
    }, 'the end of the socket');
  });

  test('that breaks off in the middle harms nobody', async () => {
    const proxy = await stage.router([(await echoNode()).url]);
    for (let length = 20; length < handshake.length; length += 40) {
      const socket = new (await import('node:net')).Socket();
      socket.on('error', () => undefined);
      socket.connect(Number(new URL(proxy.url).port), '127.0.0.1', () => {
        socket.write(handshake.slice(0, length), () => socket.resetAndDestroy());
      });
    }
    expect(await ask(proxy.url)).toMatchObject({ status: 200, body: 'http' });
  });
});
