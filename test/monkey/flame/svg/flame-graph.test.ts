import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Profile } from '../../../../monkey/flame/profile.ts';
import { readProfile } from '../../../../monkey/flame/read-profile.ts';
import { StackTree } from '../../../../monkey/flame/stack-tree.ts';
import { type FlameLook, flameGraph } from '../../../../monkey/flame/svg/flame-graph.ts';

const look: FlameLook = {
  title: 'Flame graph',
  subtitle: '',
  width: 1_200,
  isDark: false,
  isIcicle: false,
  palette: 'js',
  minWidth: undefined,
  countName: 'samples',
};
const fixture = (name: string): Promise<Buffer> =>
  readFile(new URL(`../../../fixtures/flame/${name}.gz`, import.meta.url));
const profile = (stacks: readonly (readonly [string, number])[], kind: 'merged' | 'in-order' = 'merged'): Profile => {
  const tree = new StackTree(kind);
  for (const [stack, value] of stacks) tree.addStack(stack.split(';'), value, value);
  return { format: 'folded', tree, unit: 'samples', notes: [] };
};
const titlesOf = (svg: string): string[] => [...svg.matchAll(/<title>(.*?)<\/title>/gs)].map(([, title = '']) => title);

interface Rect {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly fill: string;
}
const rectsOf = (svg: string): readonly Rect[] =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="15" fill="(#\w+)"><title>(.*?) \(/gs)].map(
    ([, x, y, width, fill = '', title = '']) => ({ title, x: Number(x), y: Number(y), width: Number(width), fill }),
  );

describe('the reference samples', () => {
  test.each(['before', 'after'])('%s: the boxes have the titles and shares of the reference', async (name) => {
    const svg = flameGraph(await readProfile(Readable.from([await fixture(`${name}.folded`)])), look);
    const reference = gunzipSync(await fixture(`${name}.titles`))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    expect(titlesOf(svg).sort()).toEqual(reference.sort());
  });
});

describe('a picture', () => {
  test('has what is called above its caller, as wide as its share', () => {
    const [all, a, b] = rectsOf(
      flameGraph(
        profile([
          ['a;b', 25],
          ['a', 75],
        ]),
        look,
      ),
    );
    expect([all?.width, a?.width, b?.width]).toEqual([1_180, 1_180, 295]);
    expect([all!.y - a!.y, a!.y - b!.y]).toEqual([16, 16]);
  });

  test('has it below as icicles', () => {
    const [all, a] = rectsOf(flameGraph(profile([['a', 1]]), { ...look, isIcicle: true }));
    expect(a!.y - all!.y).toBe(16);
  });

  test('has neighbours in the order of their names', () => {
    const titles = rectsOf(
      flameGraph(
        profile([
          ['b', 1],
          ['a', 1],
          ['b;c', 1],
        ]),
        look,
      ),
    ).map(({ title }) => title);
    expect(titles).toEqual(['all', 'a', 'b', 'c']);
  });

  test('of time has neighbours as they came', () => {
    const titles = rectsOf(
      flameGraph(
        profile(
          [
            ['b', 1],
            ['a', 1],
            ['b', 1],
          ],
          'in-order',
        ),
        look,
      ),
    ).map(({ title }) => title);
    expect(titles).toEqual(['all', 'b', 'a', 'b']);
  });

  test('leaves out what is narrower than asked', () => {
    const titles = rectsOf(
      flameGraph(
        profile([
          ['a', 999],
          ['b', 1],
        ]),
        { ...look, minWidth: 2 },
      ),
    ).map(({ title }) => title);
    expect(titles).toEqual(['all', 'a']);
  });

  test('gives a frame the same colour each time', () => {
    const fills = rectsOf(
      flameGraph(
        profile([
          ['a;x', 1],
          ['b;x', 1],
        ]),
        look,
      ),
    ).filter(({ title }) => title === 'x');
    expect(new Set(fills.map(({ fill }) => fill)).size).toBe(1);
  });

  test.each(['hot', 'mem', 'io', 'js'] as const)('has letters that can be read on every colour of %s', (palette) => {
    const names = Array.from(
      { length: 200 },
      (_, index) => [`f${index}${['', '.js:1', '::g', '_[k]', ' node:x'][index % 5]}`, 1] as const,
    );
    for (const { fill } of rectsOf(flameGraph(profile(names), { ...look, palette }))) {
      expect({ fill, contrast: contrastWithBlack(fill) >= 4.5 }).toEqual({ fill, contrast: true });
    }
  });

  test('says in its subtitle what it leaves out to stay under a megabyte', () => {
    const stacks = Array.from(
      { length: 10_000 },
      (_, index) => [`main;module${index % 40};function_${index}_with_a_name;leaf${index}`, 1] as const,
    );
    const svg = flameGraph(profile(stacks), look);
    expect(Buffer.byteLength(svg)).toBeLessThanOrEqual(1_000_000);
    expect(svg).toContain('px are left out; --minwidth draws them');
  });
});

describe('a hostile name', () => {
  const evil = `</title></svg><script>alert(1)</script>]]>&"'\u0000\u0001`;
  test('is a text and nothing more', () => {
    const svg = flameGraph(profile([[evil, 1]]), { ...look, title: evil, subtitle: evil });
    expect(svg.match(/<script/g)).toHaveLength(1);
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML knows none of them
    expect(svg).not.toMatch(/[\x00-\x08]/);
  });

  test('of 64 KiB is cut', () => {
    expect(flameGraph(profile([['x'.repeat(65_536), 1]]), look).length).toBeLessThan(20_000);
  });

  test('that is no UTF-8 is shown with a mark', () => {
    expect(
      titlesOf(
        flameGraph(
          profile([
            ['caf\xe9', 1],
            ['caf\xc3\xa9', 1],
          ]),
          look,
        ),
      ),
    ).toEqual(['all (2 samples, 100%)', 'café (1 samples, 50.00%)', 'caf\ufffd (1 samples, 50.00%)']);
  });
});

/** WCAG 2.2, relative luminance and contrast ratio: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
const contrastWithBlack = (fill: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 2, 3]
    .map((at) => fill.charAt(at))
    .map((digit) => {
      const channel = (Number.parseInt(digit, 16) * 17) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) / 0.05;
};
