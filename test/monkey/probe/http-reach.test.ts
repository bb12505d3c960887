import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { newHttpReach } from '../../../monkey/probe/http-reach.ts';

const reach = newHttpReach({ allowedNetworks: ['127.0.0.0/8'] });
const limits = { deadlineMs: 20_000 };

const open: (Server | TcpServer)[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
const listening = async (server: Server | TcpServer): Promise<string> => {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const answering = (listener: RequestListener) => listening(createServer(listener));

test.each([200, 302, 404, 500, 503])('takes an answer of %i for an answer', async (status) => {
  const url = await answering((_, response) => response.writeHead(status, { location: '/elsewhere' }).end('x'));
  expect(await reach.ask(url, limits)).toEqual({ kind: 'answers', detail: `HTTP ${status}` });
});

test('does not wait for a body that never ends', async () => {
  const url = await answering((_, response) => response.writeHead(200).write('for ever'));
  expect((await reach.ask(url, limits)).kind).toBe('answers');
});

test('takes what is not HTTP for an answer, too: something is there', async () => {
  const url = await listening(createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n')));
  expect((await reach.ask(url, limits)).kind).toBe('answers');
});

test('hears nothing where nobody listens', async () => {
  const url = await answering(() => undefined);
  await new Promise((resolve) => open.pop()?.close(resolve));
  expect(await reach.ask(url, limits)).toEqual({ kind: 'silent', because: 'ECONNREFUSED' });
});

test('hears nothing where a connection is taken and nothing is said', async () => {
  const url = await answering(() => undefined);
  expect(await reach.ask(url, { deadlineMs: 100 })).toEqual({ kind: 'silent', because: 'no answer within 100 ms' });
});

test('stops asking when it is told to', async () => {
  const url = await answering(() => undefined);
  const stop = new AbortController();
  const asked = reach.ask(url, { ...limits, signal: stop.signal });
  stop.abort();
  expect((await asked).kind).toBe('silent');
});

test.each(['http://169.254.169.254', 'http://10.0.0.7:8080', 'ftp://127.0.0.1', 'nonsense', 'http://ann:pw@127.0.0.1'])(
  'sends nothing to %s',
  async (url) => {
    expect((await reach.ask(url, limits)).kind).toBe('unknown');
  },
);
