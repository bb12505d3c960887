import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { bodyAtMost } from '../../../monkey/probe/http-get.ts';
import { nodeProbe } from '../../../monkey/probe/node-probe.ts';
import type { CheckOrder } from '../../../pool/policy.ts';
import { type CannedServer, cannedServer, closedPort } from '../../support/canned-server.ts';

const servers: CannedServer[] = [];
const serve = async (answer: RequestListener) => {
  const server = await cannedServer(answer);
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const limits = { deadlineMs: 10_000 };
const check = (order: CheckOrder, url: string, more: object = {}) =>
  nodeProbe().check(order, { url }, { ...limits, ...more });
const http = (more: Partial<Extract<CheckOrder, { kind: 'http' }>> = {}): CheckOrder => ({
  kind: 'http',
  path: '/',
  status: 200,
  ...more,
});

describe('content', () => {
  test('passes when some came, whatever the status', async () => {
    const { url } = await serve((_request, response) => response.writeHead(500).end('meow'));
    const result = await check({ kind: 'content', path: '/', minBytes: 4 }, url);
    expect(result).toMatchObject({ name: 'content', ok: true, detail: expect.stringMatching(/^4 bytes in \d+ ms$/) });
  });

  test('fails when too little came, and says how much', async () => {
    const { url } = await serve((_request, response) => response.end('mew'));
    const result = await check({ kind: 'content', path: '/', minBytes: 4 }, url);
    expect(result).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^3 bytes in \d+ ms, at least 4 expected$/),
    });
  });
});

describe('status', () => {
  test.each([
    [200, true, /^200 in \d+ ms$/],
    [503, false, /^503 in \d+ ms, 200 expected$/],
  ])('%i: %p', async (status, ok, detail) => {
    const { url } = await serve((_request, response) => response.writeHead(status).end());
    const result = await check({ kind: 'status', path: '/healthz', status: 200 }, url);
    expect(result).toMatchObject({ name: 'status', ok, detail: expect.stringMatching(detail) });
  });

  test('does not follow a redirect: another’s answer proves nothing', async () => {
    const elsewhere = await serve((_request, response) => response.end('fine'));
    const { url } = await serve((_request, response) => response.writeHead(302, { location: elsewhere.url }).end());
    const result = await check({ kind: 'status', path: '/', status: 200 }, url);
    expect(result).toMatchObject({ ok: false, detail: expect.stringContaining('302') });
    expect(elsewhere.asked).toEqual([]);
  });
});

describe('http', () => {
  test('is called after its path, or by its name', async () => {
    const { url } = await serve((_request, response) => response.end());
    expect((await check(http({ path: '/healthz' }), url)).name).toBe('http /healthz');
    expect((await check(http({ name: 'login' }), url)).name).toBe('http login');
  });

  test('wants a text in the body', async () => {
    const { url } = await serve((_request, response) => response.end('all is well'));
    expect(await check(http({ body: 'well' }), url)).toMatchObject({ ok: true });
    expect(await check(http({ body: 'ill' }), url)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^200 in \d+ ms, "ill" is not in its 11 bytes$/),
    });
  });

  test('tells everything that is wrong at once', async () => {
    const { url } = await serve((_request, response) => response.writeHead(500).end('{}'));
    const { ok, detail } = await check(http({ body: 'x', jsonPath: '$.a' }), url);
    expect(ok).toBe(false);
    expect(detail).toMatch(/^500 in \d+ ms, 200 expected, "x" is not in its 2 bytes, nothing at \$\.a$/);
  });

  test.each([
    ['$.status', 'ok', true],
    ['$.status', undefined, true],
    ['$.parts[*].up', true, true],
    ['$.missing', undefined, false],
    ['$.status', 'ill', false],
    ['$.none', null, true],
    ['$.count', 3, true],
    ['$.count', '3', false],
  ])('looks at %s, which should be %p: %p', async (jsonPath, equals, ok) => {
    const body = { status: 'ok', parts: [{ up: false }, { up: true }], none: null, count: 3 };
    const { url } = await serve((_request, response) => response.end(JSON.stringify(body)));
    expect((await check(http({ jsonPath, ...(equals !== undefined && { equals }) }), url)).ok).toBe(ok);
  });

  test('says what stands where something else was expected', async () => {
    const { url } = await serve((_request, response) => response.end('{"status":"ill"}'));
    const { detail } = await check(http({ jsonPath: '$.status', equals: 'ok' }), url);
    expect(detail).toMatch(/\$\.status is "ill", "ok" expected$/);
  });

  test.each(['$[?(@.constructor.constructor("return process")())]', '$[(process.exit(1))]'])(
    'runs nothing that stands in a path: %s',
    async (jsonPath) => {
      const { url } = await serve((_request, response) => response.end('[{"a":1}]'));
      expect(await check(http({ jsonPath }), url)).toMatchObject({
        ok: false,
        detail: expect.stringContaining('prevented'),
      });
    },
  );

  test('says that an answer is no JSON', async () => {
    const { url } = await serve((_request, response) => response.end('<html>'));
    expect(await check(http({ jsonPath: '$.a' }), url)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/, not JSON$/),
    });
  });

  test('wants the whole answer within a time', async () => {
    const { url } = await serve((_request, response) => response.end('slow enough'));
    expect(await check(http({ latency: 0.001 }), url)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('at most 0.001 ms'),
    });
    expect(await check(http({ latency: 9_000 }), url)).toMatchObject({ ok: true });
  });

  test('reads no more of a body than it may', async () => {
    const { url } = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'a')));
        response.once('drain', more);
      };
      more();
    });
    const { ok, detail } = await check(http({ body: 'b' }), url);
    expect(ok).toBe(false);
    expect(detail).toContain(`first ${bodyAtMost} bytes`);
  });
});

describe('whatever is asked over HTTP', () => {
  const status: CheckOrder = { kind: 'status', path: '/', status: 200 };

  test('says that nobody listens, and where', async () => {
    const port = await closedPort();
    const result = await check(status, `http://127.0.0.1:${port}`);
    expect(result).toMatchObject({ ok: false, detail: `connection refused by 127.0.0.1:${port}` });
  });

  test('says that no answer came in time', async () => {
    const { url } = await serve(() => undefined);
    const result = await check(status, url, { deadlineMs: 50 });
    expect(result).toMatchObject({ ok: false, detail: expect.stringContaining('50 ms') });
  });

  test('ends when it is stopped, and hangs up', async () => {
    const stop = new AbortController();
    let hungUp: Promise<unknown> | undefined;
    const { url } = await serve((request) => {
      hungUp = once(request.socket, 'close');
      stop.abort();
    });
    expect(await check(status, url, { signal: stop.signal })).toMatchObject({
      ok: false,
      detail: 'stopped before there was an answer',
    });
    await hungUp;
  });

  test('says that the answer broke off', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setImmediate(() => response.destroy());
    });
    expect(await check({ kind: 'content', path: '/', minBytes: 1 }, url)).toMatchObject({ ok: false });
  });

  test('says that what answers does not speak HTTP', async () => {
    const { url } = await serve((request) => request.socket.end('220 mail.example ESMTP\r\n'));
    expect((await check(status, url)).ok).toBe(false);
  });

  test('stays at its node, whatever the path looks like', async () => {
    const server = await serve((_request, response) => response.end());
    for (const path of ['//elsewhere.example/x', '/a b?c=d e', '/a/../b', '/x?y=?z#w'])
      expect((await check({ kind: 'status', path, status: 200 }, server.url)).ok).toBe(true);
    expect(server.asked).toEqual(['GET //elsewhere.example/x', 'GET /a%20b?c=d%20e', 'GET /b', 'GET /x?y=?z%23w']);
  });

  test('asks below the path that the node’s URL has', async () => {
    const server = await serve((_request, response) => response.end());
    await check({ kind: 'status', path: '/healthz', status: 200 }, `${server.url}/base/`);
    expect(server.asked).toEqual(['GET /base/healthz']);
  });

  test('fails for a URL that is none', async () => {
    expect(await check(status, 'not a url')).toMatchObject({
      name: 'status',
      ok: false,
      detail: '"not a url" is no URL',
    });
  });
});
