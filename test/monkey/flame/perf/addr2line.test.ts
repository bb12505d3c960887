import { expect, test } from '@jest/globals';
import { functionsIn } from '../../../../monkey/flame/perf/addr2line.ts';

test('functions come outermost first, inlined ones among them', () => {
  expect(functionsIn('0x1\ninner\na.c:1\nouter(int; int)\nb.c:2 (discriminator 3)\n')).toEqual([
    'outer(int: int)',
    'inner',
  ]);
});

test('nothing is known of an address without symbols', () => {
  expect(functionsIn('0x1\n??\n??:0\n')).toEqual([]);
  expect(functionsIn('')).toEqual([]);
});
