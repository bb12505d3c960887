import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ForwardableRequest, type Peer, readRequest } from '../../../proxy/headers/request.ts';

const stranger: Peer = { address: '203.0.113.9', isTrusted: () => false };
const balancer: Peer = { address: '::ffff:10.0.0.2', isTrusted: () => true };
const get = (rawHeaders: readonly string[], target = '/', method = 'GET', httpVersion = '1.1', peer = stranger) =>
  readRequest({ method, target, httpVersion, rawHeaders }, peer, 'router-1');
const forwarded = (...args: Parameters<typeof get>): ForwardableRequest => {
  const read = get(...args);
  if (read.kind === 'refuse') throw new Error(read.because);
  return read;
};
const refused = (...args: Parameters<typeof get>): string => {
  const read = get(...args);
  return read.kind === 'refuse' ? `${read.status} ${read.because}` : 'forwarded';
};
const host = ['Host', 'meow.test'];

describe('Host', () => {
  test('goes on as it came', () => {
    expect(forwarded(['hOsT', 'meow.test:8080']).headers['host']).toBe('meow.test:8080');
  });
  test.each([
    [[], '400 no Host header'],
    [['Host', 'a', 'HOST', 'a'], '400 more than one Host header'],
    [['Host', 'a/b'], '400 the Host header is not a host'],
    [['Host', 'user@a'], '400 the Host header is not a host'],
    [['Host', 'a, b'], '400 the Host header is not a host'],
    [['Host', ''], '400 the Host header is empty'],
  ])('%j is refused', (raw, because) => {
    expect(refused(raw)).toBe(because);
  });
  test('may be missing in HTTP/1.0, but not be there twice', () => {
    expect(forwarded([], '/', 'GET', '1.0').headers['host']).toBeUndefined();
    expect(refused(['Host', 'a', 'Host', 'b'], '/', 'GET', '1.0')).toBe('400 more than one Host header');
  });
  test.each(['[::1]:80', '127.0.0.1', 'localhost:1', 'xn--bcher-kva.example'])('%j is a host', (name) => {
    expect(forwarded(['Host', name]).headers['host']).toBe(name);
  });
});

describe('the target', () => {
  test.each(['/', '/a/../b', '//double//', '/a?b=?c&d=/../', '/a?', '/%2e%2e/', '/ü'])(
    '%s goes on untouched',
    (target) => {
      expect(forwarded(host, target).target).toBe(target);
    },
  );
  test('in absolute form names the host', () => {
    const read = forwarded(['Host', 'other.test'], 'http://meow.test:81/a?b');
    expect([read.target, read.headers['host'], read.headers['x-forwarded-host']]).toEqual([
      '/a?b',
      'meow.test:81',
      'meow.test:81',
    ]);
    expect(forwarded(host, 'HTTP://meow.test').target).toBe('/');
    expect(forwarded(host, 'http://meow.test?a').target).toBe('/?a');
  });
  test('may be * for OPTIONS alone', () => {
    expect(forwarded(host, '*', 'OPTIONS').target).toBe('*');
    expect(refused(host, '*', 'GET')).toBe('400 the request target * is for OPTIONS alone');
  });
  test.each(['meow', 'ftp://meow.test/'])('%s is no path', (target) => {
    expect(refused(host, target)).toBe('400 the request target is not a path');
  });
  test.each(['http:///x', 'http://u@meow.test/'])('%s names no host', (target) => {
    expect(refused(host, target)).toBe('400 the request target names no valid host');
  });
});

describe('where a request ends', () => {
  test.each([
    [['Content-Length', '1', 'Content-Length', '1'], '400 more than one Content-Length header'],
    [['Content-Length', '1', 'Transfer-Encoding', 'chunked'], '400 both Content-Length and Transfer-Encoding'],
    [['Content-Length', '+1'], '400 Content-Length is not a length'],
    [['Content-Length', '1,1'], '400 Content-Length is not a length'],
    [['Transfer-Encoding', 'gzip, chunked'], '501 the only Transfer-Encoding understood is chunked'],
    [
      ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'],
      '501 the only Transfer-Encoding understood is chunked',
    ],
    [['Transfer-Encoding', 'xchunked'], '501 the only Transfer-Encoding understood is chunked'],
  ])('%j is refused', (raw, because) => {
    expect(refused([...host, ...raw], '/', 'POST')).toBe(because);
  });
  test('is not said by chunks in HTTP/1.0', () => {
    expect(refused([...host, 'Transfer-Encoding', 'chunked'], '/', 'POST', '1.0')).toBe(
      '400 Transfer-Encoding in HTTP/1.0',
    );
  });
  test('is said once', () => {
    const chunked = forwarded([...host, 'Transfer-Encoding', 'Chunked'], '/', 'DELETE');
    expect([chunked.headers['transfer-encoding'], chunked.headers['content-length'], chunked.hasBody]).toEqual([
      'chunked',
      undefined,
      true,
    ]);
    expect(forwarded([...host, 'Content-Length', '7'], '/', 'POST').hasBody).toBe(true);
    expect(forwarded([...host, 'Content-Length', '0'], '/', 'POST').hasBody).toBe(false);
    expect(forwarded(host, '/', 'POST').hasBody).toBe(false);
  });
  test('cannot be nominated away', () => {
    const raw = [...host, 'Connection', 'Content-Length, Host, x-gone', 'Content-Length', '7', 'X-Gone', '1'];
    const { headers } = forwarded(raw, '/', 'POST');
    expect([headers['content-length'], headers['host'], headers['x-gone']]).toEqual(['7', 'meow.test', undefined]);
    expect(
      forwarded([...host, 'Connection', 'Transfer-Encoding', 'Transfer-Encoding', 'chunked']).headers[
        'transfer-encoding'
      ],
    ).toBe('chunked');
  });
});

describe('what is passed on', () => {
  test('leaves out what is the connection’s', () => {
    const raw = [
      'Connection',
      'close, X-Private',
      'Keep-Alive',
      '1',
      'TE',
      'trailers',
      'Trailer',
      'X',
      'Upgrade',
      'h2c',
    ];
    const more = [
      'Proxy-Authorization',
      'Basic x',
      'Proxy-Connection',
      'x',
      'X-Private',
      '1',
      'Expect',
      '100-continue',
    ];
    const { headers } = forwarded([...host, ...raw, ...more, 'Cookie', 'a=1']);
    expect(Object.keys(headers).sort()).toEqual([
      'cookie',
      'host',
      'via',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
    ]);
  });
  test('keeps repeated headers repeated', () => {
    expect(forwarded([...host, 'X-A', '1', 'x-a', '2', 'X-A', '3']).headers['x-a']).toEqual(['1', '2', '3']);
  });
  test('survives headers named like what every object has', () => {
    const { headers } = forwarded([...host, 'constructor', '1', '__proto__', '2', 'toString', '3']);
    expect([headers.constructor, headers['tostring']]).toEqual(['1', '3']);
    expect([Object.keys(headers).includes('__proto__'), 'hasOwnProperty' in headers]).toEqual([true, false]);
  });
  test('names what the client would upgrade to', () => {
    expect(forwarded([...host, 'Connection', 'Upgrade', 'Upgrade', 'WebSocket']).upgrade).toBe('websocket');
  });
});

describe('what is said of the client', () => {
  test('grows by its address', () => {
    expect(forwarded(host).headers['x-forwarded-for']).toBe('203.0.113.9');
    expect(forwarded([...host, 'X-Forwarded-For', 'a', 'x-forwarded-for', 'b']).headers['x-forwarded-for']).toBe(
      'a, b, 203.0.113.9',
    );
    expect(forwarded(host, '/', 'GET', '1.1', balancer).headers['x-forwarded-for']).toBe('10.0.0.2');
  });
  test('is ours for host and protocol, unless a trusted peer has said it', () => {
    const said = [...host, 'X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'public.test'];
    const of = (peer: Peer) => {
      const { headers } = forwarded(said, '/', 'GET', '1.1', peer);
      return [headers['x-forwarded-proto'], headers['x-forwarded-host']];
    };
    expect(of(stranger)).toEqual(['http', 'meow.test']);
    expect(of(balancer)).toEqual(['https', 'public.test']);
  });
  test('cannot be taken away by nominating it', () => {
    const raw = [...host, 'Connection', 'X-Forwarded-For, Via', 'X-Forwarded-For', 'spoofed'];
    const { headers } = forwarded(raw);
    expect([headers['x-forwarded-for'], headers['via']]).toEqual(['203.0.113.9', '1.1 router-1']);
  });
  test('names this router, and finds a circle by it', () => {
    expect(forwarded([...host, 'Via', '1.0 fred']).headers['via']).toBe('1.0 fred, 1.1 router-1');
    expect(refused([...host, 'Via', '1.0 fred, 1.1 router-1'])).toBe('508 the request has been here before');
  });
});

test('whatever comes, a forwarded request says once where it ends and whom it is for', () => {
  const names = ['Host', 'Content-Length', 'Transfer-Encoding', 'Connection', 'X-A', 'Via', '__proto__', 'TE'];
  const values = ['a', '5', 'chunked', 'host', 'content-length, transfer-encoding', 'close', '', 'router-1', 'x'];
  const header = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values));
  fc.assert(
    fc.property(fc.array(header, { maxLength: 8 }), fc.constantFrom('1.0', '1.1'), (headers, version) => {
      const read = get(headers.flat(), '/', 'POST', version);
      if (read.kind === 'refuse') return;
      const { 'content-length': length, 'transfer-encoding': coding, host: named } = read.headers;
      expect(length === undefined || coding === undefined).toBe(true);
      expect(['string', 'undefined']).toContain(typeof length);
      expect([undefined, 'chunked']).toContain(coding);
      expect(typeof named === 'string' || (named === undefined && version === '1.0')).toBe(true);
      for (const name of ['connection', 'te', 'upgrade', 'keep-alive']) expect(read.headers).not.toHaveProperty(name);
    }),
    { numRuns: 1_000 },
  );
});
