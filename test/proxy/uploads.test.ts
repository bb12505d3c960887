/** What an upload says of its node, and how one that is too large is counted, on both paths. */
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../pool/clock.ts';
import { silentLog } from '../../pool/log.ts';
import { sourceByHand } from '../../proxy/by-hand.ts';
import { proxySchema } from '../../proxy/config-schema.ts';
import { Router } from '../../proxy/router.ts';
import { listen } from '../../proxy/stop.ts';
import { Stage, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

/** A router whose clients may send 10 bytes, in front of a node that answers `early` and never ends that. */
const opened = async (early = '') => {
  const node = await stage.rawNode((socket) => socket.write(early));
  const config = proxySchema.parse({ limits: { bodyBytes: 10 }, stop: { deadline: '1s' } });
  const router = new Router('uploads', 'static', config, systemClock, silentLog);
  stage.onClear(() => router.stop());
  for (const pool of router.pools) pool.source = sourceByHand([node.url], pool.table, silentLog);
  await listen(router.server, { host: '127.0.0.1', port: 0 }, (error) => {
    throw error;
  });
  const [member] = router.table.members();
  const refused = async () =>
    (await router.numbers()).metrics
      .find(({ name }) => name === 'doctor_monkey_proxy_bodies_refused_total')
      ?.values.reduce((sum, { value }) => sum + value, 0);
  return { node, router, member: member!, refused };
};

/** A client that says something, and what it hears. */
const clientOf = ({ server }: Router, text: string) => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  stage.onClear(async () => void socket.destroy());
  const client = { socket, heard: '', isClosed: false };
  socket.on('data', (data) => (client.heard += data.toString('latin1')));
  socket.on('error', (error) => (client.heard += `[${error.message}]`));
  socket.once('close', () => (client.isClosed = true));
  socket.write(text);
  return client;
};

const post = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n';
const half = '6\r\nmeow!!\r\n';
const tooMuch = '5\r\nmeow!\r\n';

/** Two blanks before a value are too much for the fast path. */
describe.each([
  ['fast', `${post}\r\n${half}`],
  ['slow', `${post}X-Odd:  two\r\n\r\n${half}`],
])('on the %s path', (_path, begun) => {
  test.each([
    ['leaves in mid-upload', undefined],
    ['sends too much', tooMuch],
    ['breaks off its chunks', 'none\r\n'],
  ])('how long a client uploads that %s is not learned as how slow its node is', async (_how, last) => {
    const { node, router, member } = await opened();
    const { socket } = clientOf(router, begun);
    await until(() => node.begun === 1, 'the upload');
    if (last === undefined) socket.destroy();
    else socket.write(last);
    await until(() => member.inFlight === 0, 'the end of the try');
    expect([member.latencyMs, member.standing.failuresInRow]).toEqual([0, 0]);
  });

  test('a body that was too large is counted, also where its answer had begun', async () => {
    for (const early of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nmeow']) {
      const { node, router, refused } = await opened(early);
      const client = clientOf(router, begun);
      await until(() => node.begun === 1 && client.heard.endsWith(early.slice(-4)), 'the answer');
      client.socket.write(tooMuch);
      await until(() => (early === '' ? client.heard.includes(' 413 ') : client.isClosed), 'the end');
      expect(await refused()).toBe(1);
      await stage.clear();
    }
  });
});
