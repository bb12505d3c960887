import { expect, test } from '@jest/globals';
import { isSamePort, localUrl, parseListen } from '../../proxy/listen-address.ts';

test.each([
  ['8080', '127.0.0.1', 8080],
  ['0', '127.0.0.1', 0],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['[::1]:65535', '::1', 65_535],
  ['router.internal:1', 'router.internal', 1],
])('%s listens on %s, port %d', (text, host, port) => {
  expect(parseListen(text)).toEqual({ kind: 'listen', host, port });
});

test.each(['', ':80', 'host', '::1:80', '[1.2.3.4]:80', '80x', '-1', '1 2:3', 'http://a:1'])(
  '%j is refused',
  (text) => {
    const because = `${JSON.stringify(text)} is not [HOST:]PORT, like 8080 or 127.0.0.1:8080`;
    expect(parseListen(text)).toEqual({ kind: 'refused', because });
  },
);

test.each([
  ['127.0.0.1', 80, '127.0.0.1', 80, true],
  ['0.0.0.0', 80, '127.0.0.1', 80, true],
  ['::1', 80, '::', 80, true],
  ['127.0.0.1', 80, '127.0.0.2', 80, false],
  ['127.0.0.1', 80, '127.0.0.1', 81, false],
  ['127.0.0.1', 0, '127.0.0.1', 0, false],
])('%s:%d and %s:%d are one port: %s', (host, port, other, otherPort, isOne) => {
  expect(isSamePort({ host, port }, { host: other, port: otherPort })).toBe(isOne);
});

test('says that a port is too high', () => {
  expect(parseListen('65536')).toEqual({ kind: 'refused', because: 'port 65536 is more than 65535' });
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:1'],
  ['0.0.0.0', 'http://127.0.0.1:1'],
  ['::', 'http://[::1]:1'],
  ['::1', 'http://[::1]:1'],
])('a server on %s is asked at %s', (address, url) => {
  expect(localUrl({ address, port: 1 })).toBe(url);
});
