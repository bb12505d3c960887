/** Clients that close their side once they have asked, as `printf … | nc -N` does. What they send and get stands in wire/. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { membersOf, Stage, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const ways = [
  ['fast', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['slow', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n'],
] as const;

const shutAfter = (url: string, text: string): { readonly socket: Socket; readonly heard: Promise<string> } => {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  const heard = new Promise<string>((resolve) => {
    let all = '';
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => {
      all += data;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      all += `[${error.code ?? 'error'}]`;
    });
    socket.on('close', () => resolve(all));
  });
  socket.end(text);
  return { socket, heard };
};

test.each(ways)('an answer that has begun goes on to its end, however slow (%s path)', async (_path, text) => {
  const node = await stage.node((_req, res) => {
    res.write('me');
    setTimeout(() => res.end('ow'), 1_500);
  });
  const proxy = await stage.router([node.url]);
  expect(await shutAfter(proxy.url, text).heard).toMatch(/me.*ow/s);
});

test.each(ways)(
  'one that is gone has its request ended, and no end looks like that of an answer (%s path)',
  async (_path, text) => {
    const node = await stage.node(() => undefined);
    const proxy = await stage.router([node.url], { admin: '127.0.0.1:0', firstByte: [{ path: '/', deadline: '1m' }] });
    const { heard } = shutAfter(proxy.url, text);
    await until(() => node.begun === 1);
    expect(await heard).toBe('[ECONNRESET]');
    await until(async () => (await membersOf(proxy)).members[0]?.inFlight === 0 && node.sockets.size === 0, 'the end');
  },
);

test.each(ways)('one that goes in the middle of its answer has its request ended (%s path)', async (_path, text) => {
  const node = await stage.node((_req, res) => {
    const timer = setInterval(() => res.write('meow'), 50);
    res.once('close', () => clearInterval(timer));
  });
  const proxy = await stage.router([node.url], { admin: '127.0.0.1:0' });
  const { socket } = shutAfter(proxy.url, text);
  await once(socket, 'data');
  socket.destroy();
  await until(async () => (await membersOf(proxy)).members[0]?.inFlight === 0 && node.sockets.size === 0, 'the end');
});
