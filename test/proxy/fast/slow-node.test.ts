/** Who is fast waits for who is slow: what the router holds between them does not grow with the body. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Buffers } from '../../../proxy/fast/buffers.ts';
import { Stage, until } from '../stage.ts';

/** What 64 KiB that wait lie in (5), the read that went over them (1), and one that is read into on each side. */
const mostOut = 8;
const bytes = 32 << 20;

const stage = new Stage();
let out = 0;
let mostSeen = 0;
let servers: Server[] = [];
const sockets = new Set<Socket>();
beforeEach(() => {
  out = 0;
  mostSeen = 0;
  const { take, giveBack } = Buffers.prototype;
  jest.spyOn(Buffers.prototype, 'take').mockImplementation(function (this: Buffers) {
    out += 1;
    mostSeen = Math.max(mostSeen, out);
    return take.call(this);
  });
  jest.spyOn(Buffers.prototype, 'giveBack').mockImplementation(function (this: Buffers, buffer) {
    out -= 1;
    giveBack.call(this, buffer);
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await stage.clear();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
});

const listening = async (serve: (socket: Socket) => void): Promise<string> => {
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
};

/** Nothing more of what was sent is taken, through many rounds. */
const atRest = async (socket: Socket): Promise<void> => {
  for (let still = 0, before = -1; still < 50; ) {
    await new Promise((resolve) => setImmediate(resolve));
    still = socket.writableLength === before ? still + 1 : 0;
    before = socket.writableLength;
  }
};

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmeow';

test.each([
  ['by its length', `Content-Length: ${bytes}\r\n\r\n`, '', bytes],
  ['in one chunk', `Transfer-Encoding: chunked\r\n\r\n${bytes.toString(16)}\r\n`, '\r\n0\r\n\r\n', bytes],
])('a client that sends %s is held back while its node does not read, and goes on when it does', async (...row) => {
  const [, framing, end] = row;
  let node: Socket | undefined;
  let got = 0;
  const url = await listening((socket) => {
    node = socket;
    socket.on('data', (data) => {
      got += data.length;
      if (got > bytes) socket.write(answer);
    });
    socket.pause();
  });
  const proxy = await stage.router([url]);
  const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  const heard: Buffer[] = [];
  client.on('data', (data: Buffer) => heard.push(data));
  client.write(`POST / HTTP/1.1\r\nHost: a\r\n${framing}`);
  client.write(Buffer.alloc(bytes, 'x'));
  client.write(end);
  await until(() => node !== undefined, 'the request');
  await atRest(client);
  expect(client.writableLength).toBeGreaterThan(bytes / 4);
  expect(mostSeen).toBeLessThanOrEqual(mostOut);
  node?.resume();
  await until(() => Buffer.concat(heard).toString().endsWith('meow'), 'the answer');
  expect(mostSeen).toBeLessThanOrEqual(mostOut);
  expect(out).toBeLessThanOrEqual(2);
  client.destroy();
});

test('a client that sends a few bytes at a time costs no buffer for each, however little its node takes', async () => {
  let node: Socket | undefined;
  const url = await listening((socket) => {
    node = socket;
    socket.pause();
  });
  const proxy = await stage.router([url]);
  const client = connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1', noDelay: true });
  client.on('error', () => undefined);
  client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`);
  client.write(Buffer.alloc(12 << 20, 'x'));
  await until(() => node !== undefined, 'the request');
  await atRest(client);
  const before = mostSeen;
  // The node takes a little, so that the client is read again and what it sends waits behind the rest.
  for (let round = 0; round < 300; round += 1) {
    node?.read(4_096);
    client.write('few bytes');
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(before).toBeLessThanOrEqual(mostOut);
  expect(mostSeen).toBeLessThanOrEqual(mostOut);
  client.destroy();
});

test('a node that answers faster than its client reads is held back as well', async () => {
  const url = await listening((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n`);
      for (let sent = 0; sent < bytes; sent += 20_480) socket.write(Buffer.alloc(Math.min(20_480, bytes - sent), 'y'));
    });
  });
  const proxy = await stage.router([url]);
  const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  let got = 0;
  client.on('data', (data) => {
    got += data.length;
    client.pause();
    setImmediate(() => client.resume());
  });
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => got > bytes, 'the whole answer');
  expect(mostSeen).toBeLessThanOrEqual(mostOut + 4);
  client.destroy();
});
