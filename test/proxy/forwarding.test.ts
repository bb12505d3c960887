import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ask, Stage, shaOf, speak, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const close = 'Host: meow.test\r\nConnection: close\r\n';

describe('a request', () => {
  test('reaches a node with its path, its headers and its client told', async () => {
    const node = await stage.node();
    const proxy = await stage.router([node.url]);
    await ask(`${proxy.url}/a//b?x=?y&`, { headers: { host: 'meow.test', 'x-mine': '1', te: 'trailers' } });
    expect(node.seen[0]).toMatchObject({
      url: '/a//b?x=?y&',
      headers: { host: 'meow.test', 'x-mine': '1', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'meow.test' },
    });
    expect(node.seen[0]?.headers).not.toHaveProperty('te');
  });

  test.each(['/a/../b', '/?', '/%2e%2e/', '/a?b?c', '//x//'])('keeps the target %s as it is', async (target) => {
    const node = await stage.node();
    const proxy = await stage.router([node.url]);
    await speak(proxy.url, `GET ${target} HTTP/1.1\r\n${close}\r\n`);
    await speak(proxy.url, `POST ${target} HTTP/1.1\r\n${close}Content-Length: 1\r\n\r\nx`);
    expect(node.seen.map(({ url }) => url)).toEqual([target, target]);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'GET'])('%s brings its body whole', async (method) => {
    const node = await stage.node((_req, res, body) => res.end(body));
    const proxy = await stage.router([node.url]);
    const body = Buffer.alloc(300_000, method);
    const known = await ask(proxy.url, { method, body, headers: { 'content-length': body.length } });
    const chunked = await ask(proxy.url, { method, body, headers: { 'transfer-encoding': 'chunked' } });
    expect([known.sha, chunked.sha]).toEqual([shaOf(body), shaOf(body)]);
    expect(node.seen.map(({ bytes }) => bytes)).toEqual([300_000, 300_000]);
  });

  test('with a Trailer header crashes nothing', async () => {
    const node = await stage.node();
    const proxy = await stage.router([node.url]);
    const text = `GET / HTTP/1.1\r\n${close}Trailer: X-End\r\n\r\n`;
    expect(await speak(proxy.url, text)).toMatch(/^HTTP\/1.1 200 OK/);
    const chunks = `POST / HTTP/1.1\r\n${close}Trailer: X-End\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-End: 1\r\n\r\n`;
    expect(await speak(proxy.url, chunks)).toMatch(/^HTTP\/1.1 200 OK/);
    expect((await ask(proxy.url)).status).toBe(200);
  });

  test('that asks first is told to go on, once a node is there', async () => {
    const node = await stage.node((_req, res, body) => res.end(body));
    const proxy = await stage.router([await stage.deadUrl(), node.url]);
    const answer = await speak(
      proxy.url,
      `POST / HTTP/1.1\r\n${close}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK[\s\S]*abc$/);
    expect(node.seen[0]?.headers).not.toHaveProperty('expect');
  });

  test('that asks first where no node is gets its no without having sent anything', async () => {
    const proxy = await stage.router([await stage.deadUrl()]);
    const text = `POST / HTTP/1.1\r\n${close}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`;
    expect(await speak(proxy.url, text)).toMatch(/^HTTP\/1.1 502 Bad Gateway/);
  });

  test('on a connection that is kept is followed by the next, whole bodies or not', async () => {
    const node = await stage.node((req, res) => res.end(req.url));
    const proxy = await stage.router([node.url]);
    const one = 'POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
    const answer = await speak(proxy.url, `${one}GET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\n${close}\r\n`);
    expect(answer.match(/\/[123]$|\/[123](?=HTTP)/g)).toEqual(['/1', '/2', '/3']);
  });
});

describe('what could smuggle a request', () => {
  test.each([
    ['two hosts', `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`],
    ['no host', `GET / HTTP/1.1\r\n\r\n`],
    ['two lengths', `POST / HTTP/1.1\r\n${close}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    [
      'a length and chunks',
      `POST / HTTP/1.1\r\n${close}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a length that is none', `POST / HTTP/1.1\r\n${close}Content-Length: +5\r\n\r\nabcde`],
    ['a folded header', `POST / HTTP/1.1\r\n${close}X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n`],
    ['a space before the colon', `POST / HTTP/1.1\r\n${close}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['chunks in HTTP/1.0', `POST / HTTP/1.0\r\n${close}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ])('%s: 400, and no node hears of it', async (_name, text) => {
    const node = await stage.node();
    const proxy = await stage.router([node.url]);
    expect(await speak(proxy.url, text)).toMatch(/^HTTP\/1.1 400 Bad Request/);
    expect(node.begun).toBe(0);
  });

  test.each(['DELETE', 'OPTIONS'])('the chunks of a %s never become a request of their own', async (method) => {
    const node = await stage.node((_req, res, body) => res.end(body));
    const proxy = await stage.router([node.url]);
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
    const chunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
    const answer = await speak(proxy.url, `${method} / HTTP/1.1\r\n${close}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
    expect(answer).toContain(hidden);
    expect(node.seen.map(({ url }) => url)).toEqual(['/']);
  });

  test('a Connection header takes neither length nor host away', async () => {
    const node = await stage.node((_req, res, body) => res.end(body));
    const proxy = await stage.router([node.url]);
    const text = `POST / HTTP/1.1\r\nHost: meow.test\r\nConnection: close, content-length, host\r\nContent-Length: 3\r\n\r\nabc`;
    expect(await speak(proxy.url, text)).toMatch(/abc$/);
    expect(node.seen[0]).toMatchObject({ bytes: 3, headers: { host: 'meow.test' } });
  });

  test('a coding that we do not speak is 501', async () => {
    const node = await stage.node();
    const proxy = await stage.router([node.url]);
    const text = `POST / HTTP/1.1\r\n${close}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`;
    expect(await speak(proxy.url, text)).toMatch(/^HTTP\/1.1 501 Not Implemented/);
  });

  test('a router that routes to itself finds the circle', async () => {
    const first = await stage.node();
    await first.stop();
    const proxy = await stage.router([first.url], { listen: `127.0.0.1:${first.port}` });
    expect(await ask(proxy.url)).toMatchObject({ status: 508 });
  });
});

describe('an answer', () => {
  test('comes back with its status, its headers and its body, repeated headers too', async () => {
    const node = await stage.node((_req, res) => {
      res.writeHead(418, 'Short and stout', ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X-Pot', 'tea']);
      res.end('tea');
    });
    const proxy = await stage.router([node.url]);
    const text = await speak(proxy.url, `GET / HTTP/1.1\r\n${close}\r\n`);
    expect(text).toMatch(/^HTTP\/1.1 418 Short and stout\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Pot: tea\r\n/);
    expect(text).not.toMatch(/x-doctor-monkey/i);
  });

  test('of 8 MiB comes whole, also to a client that reads slowly', async () => {
    const big = Buffer.alloc(8 << 20, 'meow');
    const node = await stage.node((_req, res) => res.end(big));
    const proxy = await stage.router([node.url]);
    expect((await ask(proxy.url)).sha).toBe(shaOf(big));
    let bytes = 0;
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\n${close}\r\n`);
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), 1);
    });
    await until(() => bytes > 8 << 20, 'the slow client');
    socket.destroy();
  });

  test('without a body is one: HEAD, 204, 304', async () => {
    const node = await stage.node((req, res) => {
      res.writeHead(Number(req.url?.slice(1)), { 'content-length': req.method === 'HEAD' ? 7 : 0 }).end();
    });
    const proxy = await stage.router([node.url]);
    expect(await ask(`${proxy.url}/200`, { method: 'HEAD' })).toMatchObject({
      status: 200,
      headers: { 'content-length': '7' },
    });
    expect(await ask(`${proxy.url}/204`)).toMatchObject({ status: 204, body: '' });
    expect(await ask(`${proxy.url}/304`)).toMatchObject({ status: 304, body: '' });
  });

  test('goes to an HTTP/1.0 client without chunks', async () => {
    const node = await stage.node((_req, res) => {
      res.write('me');
      res.end('ow');
    });
    const proxy = await stage.router([node.url]);
    const text = await speak(proxy.url, 'GET / HTTP/1.0\r\n\r\n');
    expect(text).toMatch(/\r\n\r\nmeow$/);
    expect(text).not.toMatch(/transfer-encoding/i);
  });

  test('that flows is passed on as it flows, its headers before its body', async () => {
    let next: () => void = () => undefined;
    const node = await stage.node((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
      next = () => res.write('data: 1\n\n');
    });
    const proxy = await stage.router([node.url]);
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    let heard = '';
    socket.on('data', (data) => {
      heard += data.toString();
    });
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\n\r\n`);
    await until(() => heard.includes('text/event-stream'), 'the headers');
    next();
    await until(() => heard.includes('data: 1'), 'the first event');
    socket.destroy();
  });

  test('in chunks comes as one', async () => {
    const node = await stage.rawNode((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nmeow\r\n0\r\n\r\n');
    });
    const proxy = await stage.router([node.url]);
    expect(await ask(proxy.url)).toMatchObject({ status: 200, body: 'meow' });
  });

  test('may come before the request has ended', async () => {
    const node = await stage.rawNode((socket) => {
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig');
    });
    const proxy = await stage.router([node.url]);
    const text = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(50_000)}`;
    expect(await speak(proxy.url, text)).toMatch(/^HTTP\/1.1 413 Too Large[\s\S]*big$/);
  });

  test.each([
    ['no HTTP', 'meow\r\n\r\n'],
    ['a status of no kind', 'HTTP/1.1 099 What\r\nContent-Length: 0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
  ])('that is %s is 502', async (_name, text) => {
    const node = await stage.rawNode((socket) => socket.end(text));
    const proxy = await stage.router([node.url]);
    expect(await ask(proxy.url, { method: 'POST' })).toMatchObject({ status: 502 });
  });
});

test('a wish to speak another protocol is ignored, and the request served', async () => {
  const node = await stage.node((_req, res, body) => res.end(`got ${body.toString()}`));
  const proxy = await stage.router([node.url]);
  const wish = 'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
  const text = await speak(proxy.url, `POST /x HTTP/1.1\r\nHost: a\r\n${wish}Content-Length: 3\r\n\r\nabc`);
  expect(text).toMatch(/^HTTP\/1.1 200 OK[\s\S]*got abc$/);
  expect(node.seen[0]?.headers).not.toHaveProperty('upgrade');
  expect(node.seen[0]?.headers).not.toHaveProperty('http2-settings');
});

test('CONNECT is refused', async () => {
  const proxy = await stage.router([await stage.deadUrl()]);
  expect(await speak(proxy.url, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1.1 405/);
});

test('headers beyond the limit are 431', async () => {
  const proxy = await stage.router([await stage.deadUrl()], { limits: { headerBytes: 2_048 } });
  const text = `GET / HTTP/1.1\r\n${close}X: ${'x'.repeat(4_000)}\r\n\r\n`;
  expect(await speak(proxy.url, text)).toMatch(/^HTTP\/1.1 431/);
});

test('headers that do not come are given up', async () => {
  const proxy = await stage.router([await stage.deadUrl()], { limits: { headers: '2s' } });
  expect(await speak(proxy.url, 'GET / HTTP/1.1\r\nHos')).toMatch(/^HTTP\/1.1 408/);
});
