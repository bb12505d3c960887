/** What stays of a client's connection once it is closed: nothing. And what a router that stops closes: every one. */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from '@jest/globals';
import { systemClock } from '../../pool/clock.ts';
import { silentLog } from '../../pool/log.ts';
import { proxySchema } from '../../proxy/config-schema.ts';
import { Router } from '../../proxy/router.ts';
import { Stage, speak, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

/** Throws away at once what nobody holds. */
const collect = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

const listening = async (node = stage.node()) => {
  const { url: nodeUrl } = await node;
  const router = new Router('r', 'web', proxySchema.parse({ stop: { deadline: '0ms' } }), systemClock, silentLog);
  router.table.apply([{ id: 'one', url: nodeUrl, weight: 1 }], 0);
  const accepted: WeakRef<Socket>[] = [];
  router.server.prependListener('connection', (socket: Socket) => accepted.push(new WeakRef(socket)));
  router.server.listen(0, '127.0.0.1');
  await once(router.server, 'listening');
  stage.onClear(() => router.stop());
  return { router, accepted, url: `http://127.0.0.1:${(router.server.address() as AddressInfo).port}` };
};

const open = async (url: string, text: string): Promise<Socket> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
  socket.on('error', () => undefined);
  await once(socket, 'data');
  return socket;
};

const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';

const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

test.each([
  ['served on the fast path', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['handed over to the slow path', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n'],
  ['not upgraded though they asked for it', `GET / HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`],
])('of connections that were %s and closed nothing is kept', async (_name, text) => {
  const { accepted, url } = await listening();
  for (let turn = 0; turn < 30; turn += 1) expect(await speak(url, text)).toMatch(/^HTTP\/1\.1 200/);
  const kept = (): number => accepted.filter((socket) => socket.deref() !== undefined).length;
  await until(
    () => {
      collect();
      // The last ones may still be named by what closed them.
      return kept() <= 3;
    },
    () => `3 at most of ${accepted.length} kept, not ${kept()},`,
  );
  expect(accepted).toHaveLength(30);
});

test.each([
  ['idle on the fast path', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['handed over to the slow path', 'GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n'],
  ['upgraded', `GET / HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`],
])('a router that stops closes a connection that is %s', async (_name, text) => {
  const node = stage.rawNode((socket, first) => {
    const isUpgrade = first.includes('websocket');
    socket.write(isUpgrade ? switching : 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
  const { router, url } = await listening(node);
  const socket = await open(url, text);
  const closed = once(socket, 'close');
  await router.stop();
  await closed;
});
