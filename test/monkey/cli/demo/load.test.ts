import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { startLoad } from '../../../../monkey/cli/demo/load.ts';

let server: Server | undefined;

const serve = async (answer: RequestListener): Promise<string> => {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`;
};

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** Sends until the server has seen so many requests, then counts. */
const loadFor = async (requests: number, answer: RequestListener, timeoutMs = 10_000) => {
  let seen = 0;
  let enough: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (enough = resolve));
  const url = await serve((request, response) => {
    seen += 1;
    if (seen >= requests) enough();
    answer(request, response);
  });
  const load = startLoad({
    url,
    perSecond: 200,
    timeoutMs,
    fault: (_status, body) => (body === 'meow' ? undefined : 'wrong body'),
  });
  await all;
  return load.stop();
};

test('counts what was answered rightly', async () => {
  const counts = await loadFor(10, (_request, response) => response.end('meow'));
  expect(counts.sent).toBeGreaterThanOrEqual(10);
  expect(counts).toMatchObject({ ok: counts.sent, failed: 0, failures: [] });
  expect(counts.p50Ms).toBeGreaterThan(0);
  expect(counts.p99Ms).toBeGreaterThanOrEqual(counts.p50Ms);
});

test.each<[string, RequestListener, string]>([
  ['another status', (_request, response) => response.writeHead(503).end('no node'), 'status 503: no node'],
  ['a wrong body', (_request, response) => response.end('woof'), 'wrong body'],
  ['a reset', (request) => request.socket.destroy(), 'ECONNRESET'],
  ['an answer that breaks off', (_request, response) => breakOff(response), 'the answer broke off'],
])('counts %s as failed and never asks again', async (_what, answer, words) => {
  const counts = await loadFor(3, answer);
  expect(counts).toMatchObject({ ok: 0, failed: counts.sent });
  expect(counts.failures[0]).toContain(words);
});

test('counts no answer in time as failed', async () => {
  const counts = await loadFor(2, () => undefined, 50);
  expect(counts).toMatchObject({ ok: 0, failed: counts.sent });
  expect(counts.failures[0]).toBe('no answer within 50 ms');
});

const breakOff = (response: Parameters<RequestListener>[1]): void => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('me', () => response.destroy());
};
