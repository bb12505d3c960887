/** What a router tells of its own end. */
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { ask, Stage, until } from './stage.ts';
import { ToldLog } from './told.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const nothing = { requests: 0, webSockets: 0 };

test('the log tells when a stop begins and when it ends, and how many requests were waited for', async () => {
  const log = new ToldLog();
  let answer = (): void => undefined;
  const node = await stage.node((_req, res) => {
    answer = () => res.end('meow');
  });
  const slow = [{ path: '/', deadline: '10s' }];
  const proxy = await stage.router([node.url], { firstByte: slow, stop: { deadline: '20s' } }, { log });
  const asked = ask(proxy.url);
  await until(() => node.seen.length === 1, 'the request');
  const stopped = proxy.stop();
  const { level, fields } = await log.heard('router-stopping');
  const waitsFor = { requests: 1, webSockets: 0 };
  expect({ level, fields }).toEqual({ level: 'info', fields: { router: proxy.id, waitsFor, deadlineMs: 20_000 } });
  expect(log.of('router-stopped')).toEqual([]);
  answer();
  expect((await asked).status).toBe(200);
  await stopped;
  const ended = { router: proxy.id, waitedFor: waitsFor, cut: nothing, tookMs: expect.any(Number) };
  expect(log.of('router-stopped')).toEqual([{ level: 'info', event: 'router-stopped', fields: ended }]);
});

test('the log warns of requests that were cut by the deadline of the stop', async () => {
  const log = new ToldLog();
  const node = await stage.node(() => undefined);
  const waiting = { firstByte: [{ path: '/', deadline: '10s' }], stop: { deadline: '100ms' } };
  const proxy = await stage.router([node.url], waiting, { log });
  const asked = ask(proxy.url).catch((error: unknown) => Reflect.get(Object(error), 'code'));
  await until(() => node.seen.length === 1, 'the request');
  await proxy.stop();
  expect(await asked).toBe('ECONNRESET');
  const cut = { requests: 1, webSockets: 0 };
  expect(log.of('router-stopped')).toMatchObject([{ level: 'warn', fields: { waitedFor: cut, cut } }]);
});

test('WebSockets are told apart from requests', async () => {
  const log = new ToldLog();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  stage.onClear(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as { port: number };
  const proxy = await stage.router([`http://127.0.0.1:${port}`], { stop: { deadline: '20s' } }, { log });
  const client = new WebSocket(proxy.url.replace('http', 'ws'));
  await once(client, 'open');
  const closed = once(client, 'close');
  await proxy.stop();
  expect((await closed)[0]).toBe(1_001);
  expect(log.of('router-stopped')).toMatchObject([
    { level: 'info', fields: { waitedFor: { requests: 0, webSockets: 1 }, cut: nothing } },
  ]);
});

test('one that could not listen has nothing to tell of its end', async () => {
  const log = new ToldLog();
  const first = await stage.router([(await stage.node()).url]);
  const { host } = new URL(first.url);
  const taken = stage.router([], { listen: host }, { log });
  await expect(taken).rejects.toThrow(`proxy.listen: ${host} is taken already (EADDRINUSE)`);
  expect(log.lines).toEqual([]);
});

test('one whose admin port is taken has served nobody, and tells of no end', async () => {
  const log = new ToldLog();
  const first = await stage.router([(await stage.node()).url]);
  const { host } = new URL(first.url);
  const taken = stage.router([first.url], { admin: host }, { log });
  await expect(taken).rejects.toThrow(`proxy.admin: ${host} is taken already (EADDRINUSE)`);
  expect(log.lines).toEqual([]);
});
