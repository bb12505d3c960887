import { describe, expect, test } from '@jest/globals';
import { AnswerScanner } from '../../../proxy/fast/answer-head.ts';

const scan = (text: string, isToHead = false) => {
  const scanner = new AnswerScanner();
  const bytes = Buffer.from(text, 'latin1');
  return { verdict: scanner.scan(bytes, 0, bytes.length, isToHead), scanner };
};
const ok = (...lines: string[]) => `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

describe('the framing of an answer', () => {
  test.each([
    ['a length', ok('Content-Length: 7'), { length: 7, isChunked: false, keepsAlive: true }],
    ['chunks', ok('Transfer-Encoding: chunked'), { length: -1, isChunked: true, keepsAlive: true }],
    ['the end of the connection', ok(), { length: -1, isChunked: false, keepsAlive: false }],
    ['Connection: close', ok('Connection: close', 'Content-Length: 0'), { length: 0, keepsAlive: false }],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n', { length: 1, keepsAlive: false }],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', { length: 0, isChunked: false, keepsAlive: true }],
    ['304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n', { length: 0, keepsAlive: true }],
  ])('is by %s', (_name, text, expected) => {
    const { verdict, scanner } = scan(text);
    expect([verdict, scanner]).toMatchObject(['head', expected]);
  });

  test('is none for HEAD, whose length still goes on', () => {
    const { scanner } = scan(ok('Content-Length: 7'), true);
    expect(scanner).toMatchObject({ length: 0, lines: 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n' });
  });
});

describe('what goes on of an answer', () => {
  test('is all but what belongs to the connection, in order and spelling', () => {
    const { scanner } = scan(
      ok('Set-Cookie: a=1', 'set-cookie: b=2', 'Connection: keep-alive', 'Keep-Alive: timeout=5', 'X: y', 'Trailer: Z'),
    );
    expect(scanner.lines).toBe('HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX: y\r\n');
  });

  test('lacks what Connection nominates, but never the length', () => {
    const { scanner } = scan(ok('X-Mine: 1', 'Connection: close, x-mine, content-length', 'Content-Length: 3', 'Y: 2'));
    expect(scanner).toMatchObject({ length: 3, keepsAlive: false });
    expect(scanner.lines).toBe('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nY: 2\r\n');
  });

  test('begins with our version and the status as it came', () => {
    expect(scan('HTTP/1.0 418 Short and stout\r\n\r\n').scanner.lines).toBe('HTTP/1.1 418 Short and stout\r\n');
    expect(scan('HTTP/1.1 200\r\n\r\n').scanner.lines).toBe('HTTP/1.1 200 \r\n');
  });
});

test('wants more as long as it has not come whole, wherever it is split', () => {
  const head = ok('Content-Length: 0', 'X: y');
  for (let at = 0; at < head.length; at += 1) expect([at, scan(head.slice(0, at)).verdict]).toEqual([at, 'more']);
});

test.each([
  ['no HTTP', 'meow\r\n\r\n'],
  ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['a status of no kind', 'HTTP/1.1 099 What\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 What\r\n\r\n'],
  ['two lengths', ok('Content-Length: 1', 'Content-Length: 2')],
  ['a length and a coding', ok('Content-Length: 1', 'Transfer-Encoding: chunked')],
  ['a coding and a length', ok('Transfer-Encoding: chunked', 'Content-Length: 1')],
  ['another coding', ok('Transfer-Encoding: gzip, chunked')],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['a folded header', ok('X: a', ' b')],
  ['line feeds alone', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
  ['a head without end', ok(`X: ${'x'.repeat(20_000)}`)],
])('%s is not understood', (_name, text) => {
  expect(scan(text).verdict).toBe('odd');
});

describe('blanks around values', () => {
  test('do not go on, and count for nothing where the framing is read', () => {
    const { scanner } = scan(
      ok('X-A:  b', 'Connection: \tkeep-alive ', 'X-B:\tc \t', 'Content-Length:  7 ', 'X-C: \t'),
    );
    expect(scanner).toMatchObject({ length: 7, keepsAlive: true });
    expect(scanner.lines).toBe('HTTP/1.1 200 OK\r\nX-A: b\r\nX-B: c\r\nContent-Length: 7\r\nX-C: \r\n');
  });

  test('are not those that only look like it', () => {
    expect(scan(ok('X-A: \xa0b\xa0')).scanner.lines).toBe('HTTP/1.1 200 OK\r\nX-A: \xa0b\xa0\r\n');
    expect(scan(ok('Content-Length: \xa07')).verdict).toBe('odd');
  });
});
