import { describe, expect, test } from '@jest/globals';
import { RequestScanner } from '../../../proxy/fast/request-head.ts';

const scan = (text: string, most = 16_384) => {
  const scanner = new RequestScanner(most);
  const bytes = Buffer.from(text, 'latin1');
  return { verdict: scanner.scan(bytes, 0, bytes.length), scanner };
};
const get = (...lines: string[]) => `GET / HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

describe('a head that is understood', () => {
  test('gives method, target, host and framing, and goes on byte by byte', () => {
    const head = 'POST /a//b?x=?y HTTP/1.1\r\nHost: Meow.test:80\r\nX-Mine: 1\r\nContent-Length: 12\r\nEmpty:\r\n\r\n';
    const { verdict, scanner } = scan(`${head}and its body`);
    expect(verdict).toBe('head');
    expect(scanner).toMatchObject({ method: 'POST', target: '/a//b?x=?y', host: 'Meow.test:80', length: 12 });
    expect(scanner.end).toBe(head.length);
    expect(scanner.lines).toBe(head.slice(0, -2));
  });

  test('loses what belongs to the connection, and keeps the order of the rest', () => {
    const { verdict, scanner } = scan(
      get('A: 1', 'Connection: close', 'B: 2', 'TE: trailers', 'Keep-Alive: x', 'C: 3', 'Proxy-Authorization: y'),
    );
    expect(verdict).toBe('head');
    expect(scanner.lines).toBe('GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n');
    expect(scanner.wantsClose).toBe(true);
  });

  test('tells what peers before said, joined', () => {
    const { scanner } = scan(get('X-Forwarded-For: 1.1.1.1', 'x-forwarded-for: 2.2.2.2', 'Via: 1.1 a', 'VIA: 1.0 b'));
    expect(scanner).toMatchObject({ forwardedFor: '1.1.1.1, 2.2.2.2', via: '1.1 a, 1.0 b' });
  });

  test('is forgotten with the next scan', () => {
    const scanner = new RequestScanner(16_384);
    const first = Buffer.from(
      'POST / HTTP/1.1\r\nHost: a\r\nVia: 1.1 x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    expect(scanner.scan(first, 0, first.length)).toBe('head');
    const second = Buffer.from(get());
    expect(scanner.scan(second, 0, second.length)).toBe('head');
    expect(scanner).toMatchObject({ method: 'GET', isChunked: false, isFramed: false, wantsClose: false, via: '' });
  });

  test('wants more as long as it has not come whole, wherever it is split', () => {
    const head = get('Content-Length: 0', 'X: y');
    for (let at = 0; at < head.length; at += 1) expect([at, scan(head.slice(0, at)).verdict]).toEqual([at, 'more']);
  });
});

describe('a head that is left to others', () => {
  test.each([
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two hosts', get('Host: b')],
    ['an empty host', 'GET / HTTP/1.1\r\nHost: \r\n\r\n'],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n'],
    ['a method in small letters', 'get / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a method that is rare', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an absolute target', 'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target with a fragment', 'GET /#a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['two spaces after the method', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a line feed alone', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['a line feed alone after a header', 'GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n'],
    ['an empty line before it', `\r\n${get()}`],
    ['a folded header', get('X: a', ' b')],
    ['a space before the colon', get('X : a')],
    ['a NUL', get('X: a\0b')],
    ['two lengths', get('Content-Length: 1', 'Content-Length: 1')],
    ['a length and a coding', get('Content-Length: 1', 'Transfer-Encoding: chunked')],
    ['a length with a sign', get('Content-Length: +1')],
    ['a length with a leading zero', get('Content-Length: 01')],
    ['a length beyond all', get('Content-Length: 9999999999999999')],
    ['a coding that is not chunked', get('Transfer-Encoding: gzip, chunked')],
    ['a coding in another spelling', get('Transfer-Encoding: Chunked')],
    ['a coding twice', get('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
    ['an upgrade', get('Connection: Upgrade', 'Upgrade: websocket')],
    ['nominated headers', get('Connection: close, x-mine')],
    ['Expect', get('Expect: 100-continue')],
    ['Trailer', get('Trailer: X-End')],
    ['spaces after a value', get('X: a ')],
    ['X-Forwarded-Host twice', get('X-Forwarded-Host: a', 'X-Forwarded-Host: b')],
    ['too many headers', get(...Array.from({ length: 300 }, (_, at) => `X-${at}: y`))],
  ])('%s', (_name, text) => {
    const { verdict, scanner } = scan(text);
    expect(verdict).toBe('odd');
    expect(scanner.why).not.toBe('');
  });

  test('more bytes than a head may have', () => {
    expect(scan(get(`X: ${'x'.repeat(2_000)}`), 1_024).verdict).toBe('odd');
  });
});
