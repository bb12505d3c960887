/** What a node gets is the same on both paths. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { headersIn, Outgoing } from '../../../proxy/fast/outgoing.ts';
import { RequestScanner } from '../../../proxy/fast/request-head.ts';
import { readRequest } from '../../../proxy/headers/request.ts';

const name = fc.constantFrom(
  ...[
    'Accept',
    'COOKIE',
    'cookie',
    'X-Mine',
    'te',
    'Keep-Alive',
    'Proxy-Connection',
    'x-forwarded-for',
    'Via',
    '__proto__',
  ],
  ...['X-Forwarded-For', 'x-forwarded-host', 'X-Forwarded-Proto', 'Content-Type', 'connection', 'constructor'],
);
const value = fc.oneof(
  fc.constantFrom('close', 'keep-alive', '1.2.3.4', '1.1 router', 'https', 'a, b', '', '\u00e9\u00ff'),
  fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/),
);
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH');

test('whatever the fast path accepts becomes what the slow path makes of it', () => {
  let heads = 0;
  fc.assert(
    fc.property(method, fc.array(fc.tuple(name, value), { maxLength: 6 }), fc.boolean(), (verb, given, isNear) => {
      const headers: readonly (readonly [string, string])[] = [['Host', 'meow.test'], ...given];
      const bytes = Buffer.from(
        `${verb} /x?y HTTP/1.1\r\n${headers.map(([key, said]) => `${key}: ${said}\r\n`).join('')}\r\n`,
        'latin1',
      );
      const scanner = new RequestScanner(16_384);
      if (scanner.scan(bytes, 0, bytes.length) !== 'head') return;
      heads += 1;
      const outgoing = new Outgoing('::ffff:10.0.0.1', isNear ? ['10.0.0.0/8'] : [], 'router');
      const raw = { method: verb, target: '/x?y', httpVersion: '1.1', rawHeaders: headers.flat() };
      const slow = readRequest(raw, { address: '::ffff:10.0.0.1', isTrusted: () => isNear }, 'router');
      expect(outgoing.isCircle(scanner)).toBe(slow.kind === 'refuse');
      if (slow.kind === 'refuse') return;
      const head = outgoing.headOf(scanner);
      const { 'content-length': length, ...fast } = headersIn(head);
      const expected = Object.entries(slow.headers).map(([key, said]) => [key, [said].flat()]);
      expect(fast).toEqual(Object.fromEntries(expected));
      // Node's client says so by itself.
      expect(length).toEqual(['POST', 'PUT', 'PATCH'].includes(verb) ? ['0'] : undefined);
      expect(head.startsWith(`${verb} /x?y HTTP/1.1\r\n`) && head.endsWith('\r\n\r\n')).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  expect(heads).toBeGreaterThan(200);
});
