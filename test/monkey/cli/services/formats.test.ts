import { describe, expect, test } from '@jest/globals';
import type { Column } from '../../../../monkey/cli/print.ts';
import { jsonLine, rendered } from '../../../../monkey/cli/services/formats.ts';

const columns: readonly Column<readonly [string, string]>[] = [
  { title: 'NAME', text: ([name]) => name },
  { title: 'CPU MEAN', text: ([, cpu]) => cpu, align: 'right' },
];
const plain = { colours: false, columns: undefined };
const as = (format: 'table' | 'csv' | 'markdown', ...rows: (readonly [string, string])[]) =>
  rendered(rows, columns, format, plain);

describe('a table', () => {
  test('shows what is not known as a dash, and nothing that a terminal obeys', () => {
    expect(as('table', ['a\u001b[2J\u009b', ''], ['b', '7%'])).toBe(
      'NAME    CPU MEAN\na·[2J·         -\nb             7%\n',
    );
  });
});

describe('CSV', () => {
  test.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\r\nlines', 'two··lines'],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'·=1"],
    ['\u001b]0;x\u0007', '·]0;x·'],
    ['', ''],
  ])('writes %j as %j', (name, written) => {
    expect(as('csv', [name, '74%'])).toBe(`name,cpu_mean\r\n${written},74%\r\n`);
  });
});

describe('Markdown', () => {
  test('aligns numbers, and lets no name mark anything up', () => {
    expect(as('markdown', ['a|b <i>_x_</i> [y](z) `q`\u001b', ''])).toBe(
      '| name | cpu_mean |\n| --- | ---: |\n| a\\|b \\<i\\>\\_x\\_\\</i\\> \\[y\\](z) \\`q\\`· |  |\n',
    );
  });
});

describe('JSON', () => {
  test('says everything, in letters that no terminal obeys', () => {
    const answer = { name: 'a\u001b\u009b\u202e\u007fé' };
    const line = jsonLine(answer);
    expect(line).toBe('{"name":"a\\u001b\\u009b\\u202e\\u007fé"}\n');
    expect(JSON.parse(line)).toEqual(answer);
  });
});
