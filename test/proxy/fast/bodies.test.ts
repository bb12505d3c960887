/** No byte of a body is lost, doubled or another's, whoever is slow: buffers are read into again and again. */
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { membersOf, metricOf, Stage, shaOf, speak, until } from '../stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const blob = randomBytes(2 << 20);
const admin = { admin: '127.0.0.1:0' };

interface Posted {
  readonly agent: Agent;
  readonly body: Buffer;
  readonly isChunked: boolean;
  /** Rests that long after each piece that it reads. */
  readonly restMs: number;
}

/** Posts a body, and returns the hash of what came back. */
const post = (url: string, { agent, body, isChunked, restMs }: Posted): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length };
    const req = request(url, { agent, method: 'POST', headers }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (restMs === 0) return;
        res.pause();
        setTimeout(() => res.resume(), restMs);
      });
      res.on('error', reject);
      res.on('end', () => resolve(shaOf(Buffer.concat(chunks))));
    });
    req.on('error', reject);
    for (let at = 0; at < body.length; at += 100_000) req.write(body.subarray(at, at + 100_000));
    req.end();
  });

test('bodies of all sizes come back as they went, many at a time, by length and in chunks', async () => {
  const node = await stage.node((req, res, body) => {
    if (req.headers['transfer-encoding'] === undefined) res.setHeader('content-length', body.length);
    for (let at = 0; at < body.length; at += 70_000) res.write(body.subarray(at, at + 70_000));
    res.end();
  });
  const proxy = await stage.router([node.url], { ...admin, firstByte: [{ path: '/', deadline: '30s' }] });
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const sizes = [0, 1, 100, 8_191, 8_192, 65_535, 65_536, 67_584, 70_000, 135_168, 300_000, 1_048_576, 2 << 20];
  const posts = Array.from({ length: 120 }, async (_, turn) => {
    const size = sizes[turn % sizes.length] ?? 0;
    const from = turn * 7;
    const body = blob.subarray(from, Math.min(blob.length, from + size));
    const sha = await post(proxy.url, { agent, body, isChunked: turn % 3 === 0, restMs: turn % 4 === 0 ? 2 : 0 });
    return sha === shaOf(body);
  });
  expect(await Promise.all(posts)).toEqual(Array(120).fill(true));
  agent.destroy();
  expect((await membersOf(proxy)).members[0]).toMatchObject({ inFlight: 0, failuresInRow: 0 });
  expect(await metricOf(proxy, 'requests_total{code="2xx"}')).toBe(120);
});

test('a client that takes its answer slowly gets it whole, while others are served on the same node', async () => {
  const node = await stage.node((req, res) =>
    res.end(req.url === '/big' ? blob : Buffer.alloc(66_000, req.url?.slice(1))),
  );
  const proxy = await stage.router([node.url]);
  const { port } = new URL(proxy.url);
  const slow = connect(Number(port), '127.0.0.1');
  const heard: Buffer[] = [];
  slow.on('data', (chunk: Buffer) => {
    heard.push(chunk);
    slow.pause();
    setTimeout(() => slow.resume(), 3);
  });
  slow.write('GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  for (let turn = 0; turn < 30; turn += 1) {
    const letter = String.fromCharCode(97 + (turn % 26));
    const text = await speak(proxy.url, `GET /${letter} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(text.endsWith(`\r\n\r\n${letter.repeat(66_000)}`)).toBe(true);
  }
  await until(() => slow.readableEnded, 'the whole answer');
  const whole = Buffer.concat(heard);
  expect(shaOf(whole.subarray(whole.indexOf('\r\n\r\n') + 4))).toBe(shaOf(blob));
});

test('requests sent ahead, with bodies, are answered in their order', async () => {
  const node = await stage.node((req, res, body) => res.end(`${req.url} ${shaOf(body)}`));
  const proxy = await stage.router([node.url]);
  const bodies = [0, 10, 70_000, 3, 200_000].map((size) => blob.toString('latin1', 0, size));
  const ahead = bodies.map((body, at) => {
    const head = `POST /${at} HTTP/1.1\r\nHost: a\r\n${at === 4 ? 'Connection: close\r\n' : ''}`;
    return at % 2 === 0
      ? `${head}Content-Length: ${body.length}\r\n\r\n${body}`
      : `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)};x=y\r\n${body}\r\n0\r\nX-End: 1\r\n\r\n`;
  });
  const text = await speak(proxy.url, ahead.join(''));
  const answers = text.match(/\/\d [0-9a-f]{64}/g);
  expect(answers).toEqual(bodies.map((body, at) => `/${at} ${shaOf(Buffer.from(body, 'latin1'))}`));
});

test('what comes after requests that were served, and is not understood, is served too', async () => {
  const node = await stage.node((req, res) => res.end(req.url));
  const proxy = await stage.router([node.url]);
  const plain = 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n';
  const odd = 'GET /2 HTTP/1.1\r\nHost: a\r\nX: a \r\n\r\n';
  const text = await speak(proxy.url, `${plain}${odd}GET /3 HTTP/1.0\r\n\r\n`);
  expect(text.match(/\/[123]$|\/[123](?=HTTP)/g)).toEqual(['/1', '/2', '/3']);
});
