import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ChunkScanner } from '../../../proxy/fast/chunks.ts';

/** What goes on of these pieces, how it ended, and what came after the end. */
const follow = (pieces: readonly string[]) => {
  const scanner = new ChunkScanner();
  scanner.begin();
  let passed = '';
  for (const [at, piece] of pieces.entries()) {
    const bytes = Buffer.from(piece, 'latin1');
    const progress = scanner.feed(bytes, 0, bytes.length);
    if (progress === 'bad') return { passed, progress };
    for (let range = 0; range < scanner.passed.length; range += 2)
      passed += bytes.toString('latin1', scanner.passed[range], scanner.passed[range + 1]);
    if (progress === 'end')
      return { passed, progress, after: piece.slice(scanner.end) + pieces.slice(at + 1).join('') };
  }
  return { passed, progress: 'more' };
};
const split = (text: string, cuts: readonly number[]): string[] => {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((place, at) => text.slice(place, places[at] ?? text.length));
};

test('a body in chunks goes on as it is, in whatever pieces it comes, and ends where it ends', () => {
  const chunk = fc.record({
    data: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }),
    isUpper: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 5 }), fc.array(fc.nat()), (chunks, cuts) => {
      const sizes = chunks.map(({ data, isUpper }) => {
        const size = data.length.toString(16);
        return `${isUpper ? size.toUpperCase() : `00${size}`}\r\n${data}\r\n`;
      });
      const body = `${sizes.join('')}0\r\n\r\n`;
      expect(follow(split(`${body}GET /`, cuts))).toEqual({ passed: body, progress: 'end', after: 'GET /' });
    }),
  );
});

test('extensions and trailers are left out, in whatever pieces they come', () => {
  const body = '4;a=b;c="d"\r\nmeow\r\n0;last\r\nX-End: 1\r\nY: 2\r\n\r\n';
  fc.assert(
    fc.property(fc.array(fc.nat()), (cuts) => {
      expect(follow(split(body, cuts))).toEqual({ passed: '4\r\nmeow\r\n0\r\n\r\n', progress: 'end', after: '' });
    }),
  );
});

test.each(['a', 'a;b', 'a=b', 'a=b;c="d"', 'a="";b', 'a="\\"; b";c', 'a=" \t\xE9"'])(
  'the extension %j is left out',
  (text) => {
    expect(follow([`4;${text}\r\nmeow\r\n0\r\n\r\n`])).toMatchObject({
      passed: '4\r\nmeow\r\n0\r\n\r\n',
      progress: 'end',
    });
  },
);

describe('what is no chunk', () => {
  test.each([
    ['no size', '\r\n\r\n'],
    ['a sign', '+4\r\nmeow\r\n'],
    ['0x', '0x4\r\nmeow\r\n'],
    ['a space before the size', ' 4\r\nmeow\r\n'],
    ['a space after the size', '4 \r\nmeow\r\n'],
    ['a line feed alone after the size', '4\nmeow\r\n'],
    ['a carriage return alone after the size', '4\rmeow\r\n'],
    ['a line feed alone after the data', '4\r\nmeow\n0\r\n\r\n'],
    ['more data than its size', '3\r\nmeow\r\n'],
    ['a size beyond all', '10000000000000\r\n'],
    ...[
      '',
      ' a',
      'a b',
      'a ',
      '=b',
      'a=',
      'a=b;',
      'a=b c',
      'a="b',
      'a="b"c',
      'a"b"',
      'a="\\\x7F"',
      'a="\x7F"',
      '\xE9',
    ].map((text) => [`the extension ${JSON.stringify(text)}`, `4;${text}\r\nmeow\r\n`] as const),
    ['a line feed in an extension', '4;a\nb\r\nmeow\r\n'],
    ['a NUL in an extension', '4;\0\r\nmeow\r\n'],
    ['a line feed alone in a trailer', '0\r\nX: y\n\r\n'],
    ['extensions without end', `1;${'x'.repeat(20_000)}\r\n`],
    ['trailers without end', `0\r\n${'X: y\r\n'.repeat(4_000)}`],
  ])('%s', (_name, text) => {
    expect(follow([text]).progress).toBe('bad');
    expect(follow(text.split('')).progress).toBe('bad');
  });
});
