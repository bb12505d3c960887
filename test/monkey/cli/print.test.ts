import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Column, harmless, paint, screenOf, table } from '../../../monkey/cli/print.ts';

const plain = { colours: false, columns: undefined };

interface Row {
  readonly name: string;
  readonly count: string;
  readonly why: string;
}
const columns: readonly Column<Row>[] = [
  { title: 'NAME', text: ({ name }) => name },
  { title: 'COUNT', text: ({ count }) => count, align: 'right' },
  { title: 'WHY', text: ({ why }) => why, gives: true, colour: () => 'red' },
];

describe('a table', () => {
  test('has columns as wide as their widest text, and no spaces at the end', () => {
    const rows = [
      { name: 'a', count: '7', why: 'x' },
      { name: 'longer', count: '10', why: '' },
    ];
    expect(table(rows, columns, plain)).toEqual(['NAME    COUNT  WHY', 'a           7  x', 'longer     10']);
  });

  test('fits its screen where the column that gives can', () => {
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.record({ name: fc.constant('web-1'), count: fc.constant('1'), why: text })), (rows) => {
        for (const line of table(rows, columns, { colours: false, columns: 40 }))
          expect(line.length).toBeLessThanOrEqual(40);
      }),
    );
  });

  test('colours cells without moving them', () => {
    const rows = [{ name: 'a', count: '7', why: 'sick' }];
    const [, line] = table(rows, columns, { colours: true, columns: undefined });
    expect(line).toBe('a         7  \u001b[31msick\u001b[39m');
  });
});

test('nothing that a terminal obeys is left', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(harmless(text)).not.toMatch(/\p{Cc}/u);
    }),
  );
  expect(harmless('café → 25 %')).toBe('café → 25 %');
});

describe('a screen', () => {
  const terminal = { isTTY: true, columns: 80 };

  test('has colours and a width only where it is a terminal', () => {
    expect(screenOf(terminal, {})).toEqual({ colours: true, columns: 80 });
    expect(screenOf({ isTTY: false, columns: 80 }, {})).toEqual({ colours: false, columns: undefined });
  });

  test('has no colours where NO_COLOR is set to anything, or the terminal is dumb', () => {
    expect(screenOf(terminal, { NO_COLOR: '0' }).colours).toBe(false);
    expect(screenOf(terminal, { NO_COLOR: '' }).colours).toBe(true);
    expect(screenOf(terminal, { TERM: 'dumb' }).colours).toBe(false);
  });

  test('paints nothing where it has no colours', () => {
    expect(paint('x', 'red', plain)).toBe('x');
  });
});
