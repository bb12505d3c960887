/** What answers where Redis should, and is something else. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { strangerIn } from '../../../pool/redis/stranger.ts';
import { PoolAway } from '../../../pool/store.ts';
import { cannedServer } from '../../support/canned-server.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog } from '../../support/recording-log.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

const open = (where: { url: string } | { cluster: readonly string[] }) => {
  const log = recordingLog();
  const store = connectRedisPool({ name: 'web', log, ...where });
  cleanUp.push(() => store.close());
  return { store, causes: () => log.of('redis-away').map(({ fields }) => fields?.['cause']) };
};

const because = (who: string): string => `${who}, which does not speak Redis's protocol: check the address of Redis`;

test.each(['alone', 'of a cluster'])(
  'an HTTP server is told of as one, once, where Redis %s should be',
  async (kind) => {
    const server = await cannedServer((_request, response) => response.end());
    cleanUp.push(server.stop);
    const url = server.url.replace('http:', 'redis:');
    const { store, causes } = open(kind === 'alone' ? { url } : { cluster: [url] });
    await expect(store.view({ deadlineMs: 1_000 })).rejects.toThrow(PoolAway);
    await eventually('it is told of', () => causes().length > 0);
    expect(causes()).toEqual([because('an HTTP server answers there')]);
  },
);

test('whatever else answers is quoted, and is not taken for what keeps us out once nobody answers', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.write('220 mail.example.com ESMTP\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { causes } = open({ url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` });
  await eventually('it has tried again', () => sockets.length > 2);
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
  await eventually('that nobody listens is told', () => causes().includes('nobody listens there (ECONNREFUSED)'));
  expect(causes()[0]).toBe(because('something answers there with "220 mail.example.com ESMTP"'));
  expect(causes().filter((cause) => /RESP|writeable/.test(String(cause)))).toEqual([]);
});

test('no reply of Redis is taken for a stranger', () => {
  const replies = ['+OK', '-NOAUTH', ':1', '$-1', '*0', '_', '#t', ',1', '(1', '!5', '=5', '%1', '~1', '>1', '|1'];
  expect(replies.filter((reply) => strangerIn(Buffer.from(`${reply}\r\n`)) !== undefined)).toEqual([]);
});

test('what can not be read is not quoted', () => {
  expect(strangerIn(Buffer.from([0x15, 3, 3, 0]))).toBe(because('something answers there'));
  expect(strangerIn(Buffer.from('SSH-2.0-meow\r\n'))).toBe(because('an SSH server answers there'));
});
