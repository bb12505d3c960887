import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bursts, costOf, paceDefault } from '../../../../monkey/collect/send/pace.ts';
import { pack, parseDatagramBytes } from '../../../../monkey/collect/send/pack.ts';
import { parseStatsd } from '../../../../monkey/collect/send/statsd-address.ts';

const line = fc.string({ unit: fc.constantFrom('a', 'é', '🐒', ':', ' '), minLength: 1, maxLength: 60 });

describe('packing', () => {
  test('keeps every line whole and in order, in datagrams no larger than allowed', () => {
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 64, max: 200 }), (lines, most) => {
        const { datagrams, tooLong } = pack(lines, most);
        const sent = datagrams.flatMap(({ bytes }) => bytes.toString().split('\n'));
        expect(sent).toEqual(lines.filter((text) => !tooLong.includes(text)));
        expect(tooLong).toEqual(lines.filter((text) => Buffer.byteLength(text) > most));
        expect(datagrams.every(({ bytes, lines: held }) => bytes.length <= most && held > 0)).toBe(true);
        expect(datagrams.reduce((sum, { lines: held }) => sum + held, 0)).toBe(sent.length);
      }),
    );
  });

  test('fills a datagram to the last byte, and not one more', () => {
    const full = pack(['x'.repeat(700), 'y'.repeat(731), 'z']);
    expect(full.datagrams.map(({ bytes }) => bytes.length)).toEqual([1_432, 1]);
    expect(pack(['x'.repeat(1_432)]).tooLong).toEqual([]);
    expect(pack(['x'.repeat(1_433)])).toMatchObject({ datagrams: [], tooLong: [expect.any(String)] });
  });

  test('is told its size in bytes, from 64 to what UDP carries', () => {
    expect(['64', '1432', '65507'].map(parseDatagramBytes)).toEqual(
      [64, 1_432, 65_507].map((bytes) => ({ kind: 'bytes', bytes })),
    );
    for (const text of ['63', '65508', '', '1e3', '-64', '1432b', '64.5'])
      expect(parseDatagramBytes(text)).toMatchObject({
        kind: 'refused',
        because: expect.stringContaining('64 to 65507'),
      });
  });
});

describe('the pace', () => {
  const datagrams = (sizes: readonly number[]) => sizes.map((size) => ({ bytes: Buffer.alloc(size), lines: 1 }));

  test('lets 24 datagrams go at once, half of a receiver’s buffer at their dearest', () => {
    const sizes = bursts(datagrams(Array.from({ length: 60 }, () => 1_432))).map((burst) => burst.length);
    expect(sizes).toEqual([24, 24, 12]);
  });

  test('keeps the order, goes on with a datagram dearer than a burst, and otherwise keeps to the cost', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 65_507 }), { maxLength: 200 }), (sizes) => {
        const all = datagrams(sizes);
        const planned = bursts(all);
        expect(planned.flat()).toEqual(all);
        for (const burst of planned) {
          const cost = burst.reduce((sum, { bytes }) => sum + costOf(bytes.length), 0);
          expect(burst.length === 1 || cost <= paceDefault.burstCost).toBe(true);
        }
      }),
    );
  });
});

describe('where statsd is', () => {
  test.each([
    ['statsd', 'statsd', 8125],
    ['statsd.internal:9125', 'statsd.internal', 9125],
    ['10.0.0.7', '10.0.0.7', 8125],
    ['[::1]', '::1', 8125],
    ['[fe80::1%eth0]:1', 'fe80::1%eth0', 1],
  ])('%s', (text, host, port) => {
    expect(parseStatsd(text)).toEqual({ kind: 'address', host, port });
  });

  test.each([
    ['', 'is not HOST[:PORT]'],
    [':8125', 'is not HOST[:PORT]'],
    ['a:b', 'is not HOST[:PORT]'],
    ['a:1:2', 'is not HOST[:PORT]'],
    ['a,b', 'is not HOST[:PORT]'],
    ['a:0', 'port 0 is not one of 1 to 65535'],
    ['a:65536', 'port 65536'],
    ['::1', 'write [::1]:PORT'],
    ['[a]:1', 'no IPv6 address'],
    ['udp://a:1', 'is a URL'],
  ])('%j is refused, because: %s', (text, because) => {
    expect(parseStatsd(text)).toMatchObject({ kind: 'refused', because: expect.stringContaining(because) });
  });
});
