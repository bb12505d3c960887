import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdtemp, open as openFile, readFile, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Log } from '../../pool/log.ts';
import { AccessLog, type Served } from '../../proxy/access-log.ts';
import { ask, metricOf, Stage, speak, until } from './stage.ts';

const stage = new Stage();
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-log-'));
  path = join(folder, 'access.log');
});
afterEach(async () => {
  await stage.clear();
  await rm(folder, { recursive: true });
});

const linesOf = async (file = path): Promise<readonly Record<string, unknown>[]> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
};
const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
/** What comes back where the client says no more after this. */
const halfClosed = (url: string, text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
    let heard = '';
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => {
      heard += data;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
    socket.end(text);
  });
const served: Served = {
  ...{ status: 200, ms: 1.23456, address: '10.0.0.1', method: 'GET', host: 'meow' },
  ...{ target: '/a?token=secret', node: 'web-1', path: 'fast' },
};

describe('the router', () => {
  test('writes requests of both paths, without their queries and headers', async () => {
    const node = await stage.node((_req, res) => res.end('meow'));
    const proxy = await stage.router([node.url], { accessLog: { path } });
    await ask(`${proxy.url}/fast?token=secret`, { headers: { cookie: 'secret', authorization: 'secret' } });
    await ask(`${proxy.url}/slow?token=secret`, { headers: { cookie: 'secret', expect: '100-continue' } });
    await until(async () => (await linesOf()).length === 2, 'both lines');
    const common = { client: '127.0.0.1', method: 'GET', host: new URL(proxy.url).host, status: 200, node: node.url };
    expect(await linesOf()).toMatchObject([
      { ...common, target: '/fast', path: 'fast' },
      { ...common, target: '/slow', path: 'slow' },
    ]);
    expect(await readFile(path, 'utf8')).not.toContain('secret');
  });

  test.each([
    ['garbage', 'meow\r\n\r\n', 400, 'slow'],
    ['half a head', 'GET / HT', 400, 'fast'],
    ['half an odd head', 'GET / HTTP/1.0\r\nHo', 400, 'slow'],
    ['too large a head', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'slow'],
  ])('counts and writes what it cannot read: %s', async (_name, text, status, way) => {
    const proxy = await stage.router([], { accessLog: { path }, admin: '127.0.0.1:0' });
    expect(await halfClosed(proxy.url, text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(await metricOf(proxy, 'requests_total{code="4xx"}')).toBe(1);
    await proxy.stop();
    const nothing = { method: null, target: null, host: null, node: null };
    expect(await linesOf()).toMatchObject([{ ...nothing, status, path: way, client: '127.0.0.1' }]);
  });

  test.each([
    ['fast', 'GET / HT'],
    ['slow', 'GET / HTTP/1.0\r\nHo'],
  ])('counts and writes a head that does not come in time (%s path)', async (way, text) => {
    const proxy = await stage.router([], { accessLog: { path }, admin: '127.0.0.1:0', limits: { headers: '2s' } });
    expect(await speak(proxy.url, text)).toMatch(/^HTTP\/1.1 408 /);
    expect(await metricOf(proxy, 'requests_total{code="4xx"}')).toBe(1);
    await proxy.stop();
    expect(await linesOf()).toMatchObject([{ method: null, target: null, status: 408, path: way }]);
  });

  test.each([
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', { method: 'CONNECT', target: 'a:1', status: 405 }],
    [
      'a handshake with a body',
      `GET /ws HTTP/1.1\r\nHost: a\r\n${upgrade}Content-Length: 1\r\n\r\nx`,
      { target: '/ws', status: 400 },
    ],
    [
      'a handshake that no node takes',
      `GET /ws HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`,
      { target: '/ws', status: 503, node: null },
    ],
  ])('counts and writes %s', async (_name, text, line) => {
    const proxy = await stage.router([], { accessLog: { path }, admin: '127.0.0.1:0' });
    await speak(proxy.url, text);
    expect(await metricOf(proxy, 'request_seconds_count')).toBe(1);
    await proxy.stop();
    expect(await linesOf()).toMatchObject([{ ...line, path: 'slow' }]);
  });

  test('writes a WebSocket once, at its end', async () => {
    const node = await stage.rawNode((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      setTimeout(() => socket.end(), 100);
    });
    const proxy = await stage.router([node.url], { accessLog: { path }, admin: '127.0.0.1:0' });
    expect(await speak(proxy.url, `GET /ws HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`)).toMatch(/^HTTP\/1.1 101 /);
    await proxy.stop();
    const [line, ...more] = await linesOf();
    expect([line, more]).toMatchObject([
      { method: 'GET', target: '/ws', host: 'a', status: 101, node: node.url, client: '127.0.0.1' },
      [],
    ]);
    expect(line?.['ms']).toBeGreaterThan(90);
  });

  test('names no node where none was asked', async () => {
    const proxy = await stage.router([], { accessLog: { path } });
    await ask(`${proxy.url}/`);
    await proxy.stop();
    expect(await linesOf()).toMatchObject([{ status: 503, node: null }]);
  });

  test('writes nothing unless it is told to', async () => {
    const node = await stage.node();
    const proxy = await stage.router([node.url]);
    await ask(proxy.url);
    expect(proxy.reopenLogs()).toBe(false);
  });
});

describe('the access log', () => {
  const logged: (readonly [string, unknown])[] = [];
  const remember = (event: string, fields?: unknown): void => void logged.push([event, fields]);
  const log: Log = { info: remember, warn: remember, error: remember };
  const open = (rules: { path?: string; sample?: number; query?: boolean } = {}, random = () => 0): AccessLog =>
    new AccessLog({ path, sample: 1, query: false, ...rules }, { log, telemetry, wallMs: () => 0, random });
  let lost = 0;
  const accessLinesLost = (lines: number): void => {
    lost += lines;
  };
  const telemetry = { accessLinesLost };
  beforeEach(() => {
    logged.splice(0);
    lost = 0;
  });

  test('writes one line of JSON for a request', async () => {
    const accessLog = open();
    accessLog.write({ ...served, status: undefined });
    await accessLog.close();
    expect(await linesOf()).toEqual([
      {
        ...{ time: '1970-01-01T00:00:00.000Z', client: '10.0.0.1', method: 'GET', host: 'meow', target: '/a' },
        ...{ status: null, ms: 1.235, node: 'web-1', path: 'fast' },
      },
    ]);
  });

  test('writes the query where that is asked for, and never more than 2,048 of a target', async () => {
    const accessLog = open({ query: true });
    accessLog.write(served);
    accessLog.write({ ...served, target: `/${'x'.repeat(9_000)}` });
    await accessLog.close();
    expect((await linesOf()).map(({ target }) => String(target).length)).toEqual([15, 2_048]);
  });

  test('wants as many as its sample says', () => {
    expect([0.1, 0.09, 0.5].map((random) => open({ sample: 0.1 }, () => random).wants())).toEqual([false, true, false]);
    expect(open({ sample: 0 }).wants()).toBe(false);
  });

  test('cuts what makes a line longer than is written whole', async () => {
    const accessLog = open();
    const wild = '"'.repeat(9_000);
    accessLog.write({ ...served, target: wild, host: wild });
    await accessLog.close();
    expect(Buffer.byteLength(await readFile(path, 'utf8'))).toBeLessThanOrEqual(4_096);
    expect(await linesOf()).toMatchObject([{ status: 200, node: 'web-1' }]);
  });

  test('of several that write into one pipe no lines are mingled', async () => {
    execFileSync('mkfifo', [path]);
    const reading = readFile(path, 'utf8');
    const both = [open(), open()];
    for (const [index, accessLog] of both.entries())
      for (let line = 0; line < 300; line += 1)
        accessLog.write({ ...served, target: `/${index}-${line}-${'x'.repeat(700)}` });
    await Promise.all(both.map((accessLog) => accessLog.close()));
    const lines = (await reading).trimEnd().split('\n');
    expect(lines).toHaveLength(600);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ status: 200 });
  });

  test('goes into a new file once it is told that the old one was moved', async () => {
    const accessLog = open();
    accessLog.write(served);
    await until(async () => (await linesOf()).length === 1, 'the first line');
    await rename(path, `${path}.1`);
    accessLog.reopen();
    accessLog.write(served);
    await accessLog.close();
    expect([(await linesOf(`${path}.1`)).length, (await linesOf()).length]).toEqual([1, 1]);
  });

  test('loses what is too much for its memory, and says how much', async () => {
    const accessLog = open();
    const one = { ...served, target: `/${'x'.repeat(2_000)}` };
    for (let line = 0; line < 2_000; line += 1) accessLog.write(one);
    accessLog.reopen();
    await accessLog.close();
    const written = (await linesOf()).length;
    expect(written).toBeLessThan(600);
    expect(logged.map(([event]) => event)).toEqual(['access-log-loses-lines', 'access-log-lost-lines']);
    expect(logged).toContainEqual(['access-log-lost-lines', { lines: 2_000 - written }]);
    expect(lost).toBe(2_000 - written);
  });

  test('fails quietly where it cannot write, says so once, and goes on when it can', async () => {
    const accessLog = open({ path: join(folder, 'later', 'access.log') });
    accessLog.write(served);
    await until(() => logged.length > 0, 'the failure');
    accessLog.write(served);
    await accessLog.close();
    expect(logged.map(([event]) => event)).toEqual([
      ...['access-log-failed', 'access-log-loses-lines', 'access-log-lost-lines'],
    ]);
    expect(lost).toBe(2);
  });

  describe('in a pipe', () => {
    beforeEach(() => void execFileSync('mkfifo', [path]));

    test('that nobody reads harms nobody, and does not keep the router from ending', async () => {
      const node = await stage.node((_req, res) => res.end('meow'));
      const proxy = await stage.router([node.url], { accessLog: { path } }, { log });
      for (let request = 0; request < 3; request += 1) expect((await ask(proxy.url)).status).toBe(200);
      await until(() => logged.some(([event]) => event === 'access-log-failed'), 'what was said of it');
      await proxy.stop();
      const said = logged.filter(([event]) => event.startsWith('access-log'));
      expect(said.map(([event]) => event)).toEqual([
        ...['access-log-failed', 'access-log-loses-lines', 'access-log-lost-lines'],
      ]);
      expect(said[0]).toEqual(['access-log-failed', { path, because: 'nobody reads the pipe' }]);
      expect(said[2]).toEqual(['access-log-lost-lines', { lines: 3 }]);
    });

    test('goes to a reader who comes later, in whole lines', async () => {
      const accessLog = open();
      for (let line = 0; line < 100; line += 1) accessLog.write({ ...served, target: `/${line}` });
      await until(() => logged.length > 0, 'that nobody reads');
      const text = readFile(path, 'utf8');
      await until(() => logged.some(([event]) => event === 'access-log-writes-again'), 'the reader');
      await accessLog.close();
      const lines = (await text).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).target)).toEqual(
        Array.from({ length: 100 }, (_, line) => `/${line}`),
      );
      expect(lost).toBe(0);
    });

    test('that is full loses what is too much for the memory, and what is read later is whole', async () => {
      const reader = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const accessLog = open();
      for (let line = 0; line < 3_000; line += 1) accessLog.write({ ...served, target: `/${'x'.repeat(1_500)}` });
      await accessLog.close();
      const { buffer, bytesRead } = await reader.read(Buffer.alloc(1 << 20), 0, 1 << 20);
      await reader.close();
      const text = buffer.toString('utf8', 0, bytesRead);
      expect(text.endsWith('}\n')).toBe(true);
      const whole = text.trimEnd().split('\n');
      expect(new Set(whole.map((line) => JSON.parse(line).target.length))).toEqual(new Set([1_501]));
      expect(whole.length + lost).toBe(3_000);
      expect(whole.length).toBeGreaterThan(10);
    });
  });
});
