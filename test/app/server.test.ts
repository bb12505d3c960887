import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { type App, startApp } from '../../app/server.ts';

jest.setTimeout(60_000);

let app: App;
beforeEach(async () => {
  app = await startApp({ node: 'i-one', bootId: 'boot-1', host: '127.0.0.1', port: 0 });
});
afterEach(() => app.stop(0));

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(app.url + path, init);
const jsonOf = async (path: string): Promise<Record<string, unknown>> => {
  const body: unknown = await (await get(path)).json();
  return Object(body);
};

describe('the app answers', () => {
  test('a page with pictures, made by code', async () => {
    const response = await get('/');
    expect(response.headers.get('content-type')).toContain('text/html');
    expect((await response.text()).match(/<svg /g)).toHaveLength(12);
  });

  test('its health, with node and boot', async () => {
    const response = await get('/healthz');
    expect(response.status).toBe(200);
    expect(response.headers.get('x-node')).toBe('i-one');
    expect(await response.json()).toMatchObject({ ok: true, status: 'up', node: 'i-one', bootId: 'boot-1' });
  });

  test('a body of about 1 KiB that a client can verify, the same from every node', async () => {
    const text = await (await get('/get')).text();
    const body = JSON.parse(text);
    expect(text.length).toBeGreaterThan(900);
    expect(text.length).toBeLessThan(1300);
    expect(body.sha256).toBe(createHash('sha256').update(body.text).digest('hex'));
    const other = await startApp({ node: 'i-two', host: '127.0.0.1', port: 0 });
    try {
      expect(await (await fetch(`${other.url}/get`)).text()).toBe(text);
    } finally {
      await other.stop(0);
    }
  });

  test('the same through a chain of calls, of any length it is asked for', async () => {
    const text = await (await get('/get')).text();
    for (const path of ['/chain', '/chain?links=0', '/chain?links=1000'])
      expect(await (await get(path)).text()).toBe(text);
  });

  test('after burning, and stays reachable meanwhile', async () => {
    const burning = jsonOf('/burn?seconds=0.3');
    expect((await get('/healthz')).status).toBe(200);
    expect((await burning)['burnedMs']).toBeGreaterThanOrEqual(300);
  });

  test('how much it has leaked in all', async () => {
    await get('/leak?mb=1');
    expect(await (await get('/leak?mb=2')).json()).toEqual({ leakedMiB: 2, leakedInAllMiB: 3 });
  });

  test('slowly when asked to', async () => {
    expect(await (await get('/slow?ms=30')).json()).toEqual({ waitedMs: 30 });
  });

  test('with the body that was posted, and its type', async () => {
    const body = Buffer.from([0, 1, 2, 255]);
    const response = await get('/echo', { method: 'POST', body, headers: { 'content-type': 'image/x-cat' } });
    expect(response.headers.get('content-type')).toBe('image/x-cat');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
  });
});

describe('the app refuses', () => {
  test.each(['/burn?seconds=soon', '/slow?ms=-1', '/leak?mb=', '/chain?links=9999'])('%s with 400', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/must be a number/);
  });

  test('a path that it does not have, and a method that a route does not take', async () => {
    expect((await get('/dog')).status).toBe(404);
    const response = await get('/get', { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('to echo more than 16 MiB', async () => {
    // The connection may be cut while the rest is still being sent; either way nothing is echoed.
    const status = await get('/echo', { method: 'POST', body: Buffer.alloc(17 * 1024 * 1024) }).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
  });

  test('a WebSocket elsewhere than at /ws', async () => {
    const socket = new WebSocket(`${app.url}/get`);
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('404');
  });
});

describe('a WebSocket', () => {
  test('hears what it says, text as text and bytes as bytes', async () => {
    const socket = new WebSocket(`${app.url}/ws`);
    await once(socket, 'open');
    const heard: [string, boolean][] = [];
    const both = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer, isBinary) => {
        heard.push([data.toString(), isBinary]);
        if (heard.length === 2) resolve();
      });
    });
    socket.send('meow');
    socket.send(Buffer.from('purr'));
    await both;
    expect(heard).toEqual([
      ['meow', false],
      ['purr', true],
    ]);
    socket.terminate();
  });

  test('is told that the app goes away', async () => {
    const socket = new WebSocket(`${app.url}/ws`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await app.stop(5000);
    expect((await closed)[0]).toBe(1001);
  });
});

describe('stopping', () => {
  const overKeepAlive = (agent: Agent, path: string): Promise<{ status: number | undefined; connection: unknown }> =>
    new Promise((resolve, reject) => {
      httpRequest(app.url + path, { agent }, (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection }));
      })
        .on('error', reject)
        .end();
    });

  test('answers what is under way first, and takes nothing new', async () => {
    let answered = false;
    const request = httpRequest(`${app.url}/slow?ms=200`);
    const response = new Promise<IncomingMessage>((resolve) => request.once('response', resolve)).then((answer) => {
      answered = true;
      answer.resume();
      return answer.statusCode;
    });
    request.end();
    await once(request, 'finish');
    await get('/healthz');
    await app.stop(5000);
    expect(await response).toBe(200);
    expect(answered).toBe(true);
    await expect(get('/healthz')).rejects.toThrow();
  });

  test('closes kept connections that are idle at once', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await overKeepAlive(agent, '/get')).connection).toBe('keep-alive');
    const startedMs = performance.now();
    await app.stop(30_000);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    agent.destroy();
  });

  test('cuts a request that hangs, and one that outlasts the deadline', async () => {
    const hanging = get('/hang');
    const slow = get('/slow?ms=60000');
    await get('/healthz');
    const outcomes = Promise.allSettled([hanging, slow]);
    await app.stop(50);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
