import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsePrefix } from '../../../monkey/collect/format/prefix.ts';
import { parseDatagramBytes } from '../../../monkey/collect/send/pack.ts';
import { parseStatsd } from '../../../monkey/collect/send/statsd-address.ts';
import { collectSection } from '../../../monkey/config/sections/collect.ts';

const isTaken = (part: object): boolean => collectSection.safeParse({ statsd: 'statsd', ...part }).success;

test('a short section is whole', () => {
  expect(collectSection.parse({ statsd: 'statsd.internal' })).toEqual({
    ...{ statsd: 'statsd.internal', interval: 60_000, by: 'pid', prefix: 'memory_usage', format: 'statsd' },
    maxDatagram: 1_432,
  });
});

test.each([
  ...['statsd', 'statsd.internal:9125', '10.0.0.7', '[::1]', '[::1]:8125', 'a_b:1', 'a:65535'],
  ...[
    '',
    '::1',
    '[::1',
    '[a]',
    'a:',
    'a:0',
    'a:65536',
    'a:123456',
    'a b',
    'a,b',
    'me@a',
    'udp://a',
    'a/b',
    ':8125',
    '[]',
  ],
])('what the collector takes for the address %j the configuration takes as well, and nothing else', (statsd) => {
  expect(isTaken({ statsd })).toBe(parseStatsd(statsd).kind === 'address');
});

test('and so with prefixes and sizes of datagrams, whatever is written', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9_.-]{0,120}$/));
  fc.assert(fc.property(texts, (prefix) => isTaken({ prefix }) === (parsePrefix(prefix).kind === 'prefix')));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70_000 }), (bytes) => {
      expect(isTaken({ maxDatagram: bytes })).toBe(parseDatagramBytes(String(bytes)).kind === 'bytes');
    }),
  );
});

test('addresses of any letters are judged alike', () => {
  const texts = fc.stringMatching(/^[a-f0-9:.[\]@/ ]{0,20}$/);
  fc.assert(fc.property(texts, (statsd) => isTaken({ statsd }) === (parseStatsd(statsd).kind === 'address')));
});
