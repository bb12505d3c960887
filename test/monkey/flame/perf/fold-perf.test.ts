import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PerfFolder, type PerfStory } from '../../../../monkey/flame/perf/fold-perf.ts';
import { foldedLines } from '../../../../monkey/flame/perf/sorted-lines.ts';
import { type FoldOptions, plainFold } from '../../../../monkey/flame/perf/stack-line.ts';
import { StackTree } from '../../../../monkey/flame/stack-tree.ts';

const fixture = async (name: string): Promise<string> =>
  gunzipSync(await readFile(new URL(`../../../fixtures/flame/${name}.gz`, import.meta.url))).toString('latin1');

const fold = (
  text: string,
  options: Partial<FoldOptions> = {},
  pieces = [text],
): PerfStory & { readonly text: string } => {
  const tree = new StackTree();
  const folder = new PerfFolder(tree, { ...plainFold, ...options });
  for (const piece of pieces) folder.push(piece);
  return { ...folder.end(), text: [...foldedLines(tree)].join('') };
};

const sample = (first: string, ...stack: string[]): string =>
  `${[first, ...stack.map((line) => `\t${line}`)].join('\n')}\n\n`;
const cycles = 'node 7 [000] 1.000000: 10 cycles: ';

describe('the reference samples', () => {
  test.each(['before', 'after'])('%s folds to what the reference makes of it, byte for byte', async (name) => {
    expect(fold(await fixture(`${name}.perf`)).text).toBe(await fixture(`${name}.folded`));
  });

  test('fold the same wherever the input is split', async () => {
    const text = (await fixture('after.perf')).split('\n').slice(0, 400).join('\n');
    const whole = fold(text).text;
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.sort((one, other) => one - other), text.length];
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
        expect(fold(text, {}, pieces).text).toBe(whole);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a sample', () => {
  test('counts by the period of its event', () => {
    expect(fold(sample(cycles, '1 b (/x)', '2 a (/x)')).text).toBe('node;a;b 10\n');
  });

  test.each([
    ['no period', 'node 7 1.0: cycles:', 'node;a 1\n'],
    ['a period of zero', 'node 7 1.0: 0 cycles:', 'node;a 1\n'],
    ['no event', 'node 7 1.0', 'node;a 1\n'],
  ])('counts once where it has %s', (_, first, folded) => {
    expect(fold(sample(first, '1 a (/x)')).text).toBe(folded);
  });

  test('has the spaces of its command as underscores', () => {
    expect(fold(sample('V8 WorkerThread 7/8 [001] 1.0: 1 cycles:', '1 a (/x)')).text).toBe('V8_WorkerThread;a 1\n');
  });

  test.each([
    [{ pid: true }, 'node-7;a 1\n'],
    [{ tid: true }, 'node-7/8;a 1\n'],
  ])('says its process on request: %j', (options, folded) => {
    expect(fold(sample('node 7/8 1.0: 1 cycles:', '1 a (/x)'), options).text).toBe(folded);
  });

  test('says ? for a process that perf did not tell', () => {
    expect(fold(sample('node 8 1.0: 1 cycles:', '1 a (/x)'), { tid: true }).text).toBe('node-?/8;a 1\n');
  });

  test('counts with an empty stack', () => {
    expect(fold('node 7 1.0: 3 cycles:\n\n').text).toBe('node 3\n');
  });

  test('of another event than the first one is left out, and told of', () => {
    const text = sample(cycles, '1 a (/x)') + sample('node 7 1.0: 5 instructions:', '1 b (/x)');
    expect(fold(text)).toMatchObject({ text: 'node;a 10\n', ofOtherEvents: 1, event: 'cycles' });
  });

  test('of the event that was asked for counts, also where it is not the first', () => {
    const text = sample(cycles, '1 a (/x)') + sample('node 7 1.0: 5 instructions:', '1 b (/x)');
    expect(fold(text, { event: 'instructions' }).text).toBe('node;b 5\n');
  });

  test('whose end is missing is left out, and told of', () => {
    expect(fold(`${sample(cycles, '1 a (/x)')}${cycles}\n\t1 b (/x)\n`)).toMatchObject({
      text: 'node;a 10\n',
      isCutShort: true,
      samples: 1,
    });
  });

  test('of which a line is nonsense keeps the others', () => {
    expect(fold(sample(cycles, '1 a (/x)', 'nonsense'))).toMatchObject({ text: 'node;a 10\n', strangeLines: 1 });
  });

  test('is not disturbed by comments', () => {
    expect(fold(`# hostname : x\n#\n${sample(cycles, '1 a (/x)')}`).text).toBe('node;a 10\n');
  });
});

describe('the name of a frame', () => {
  const named = (line: string, options: Partial<FoldOptions> = {}, comm = 'node'): string =>
    fold(sample(`${comm} 7 1.0: 1 cycles:`, line), options).text.slice(comm.length + 1, -3);

  test.each([
    ['loses its offset', '7f main+0x1b3 (/usr/bin/x)', 'main'],
    ['loses its arguments', '7f f(int, char const*) (/x)', 'f'],
    ['keeps an anonymous namespace', '7f a::(anonymous namespace)::b(int) (/x)', 'a::(anonymous namespace)::b'],
    ["keeps a Go method's receiver", '7f net/http.(*Client).Do (/x)', 'net/http.(*Client).Do'],
    ['has : for ;', '7f La;.b (/x)', 'La:.b'],
    ['loses quotes', `7f RegExp:[&<>"'] (/tmp/perf-1.map)`, 'RegExp:[&<>]'],
    ['is that of its module where there is no symbol', '7f [unknown] (/usr/lib/libc.so.6)', '[libc.so.6]'],
    ['is [unknown] where there is not even a module', '7f [unknown] ([unknown])', '[unknown]'],
    ['may have spaces, and a module with a remark', '7f JS:*f /a b.js:1:2 (/x (deleted))', 'JS:*f /a b.js:1:2 '],
    ['is as many as were inlined', '7f outer->inner (/x)', 'outer;inner_[i]'],
    ['is none where it is a process', '7f (node) (/x)', ''],
    ['takes a letter of the address if there is nothing else', 'abc (/x)', 'c'],
  ])('%s', (_, line, name) => {
    expect(named(line)).toBe(name);
  });

  test('is tidied for Java', () => {
    const line = '7f Lorg/a/B;.call(Lorg/a/C;)V (/tmp/perf-1.map)';
    expect([named(line, {}, 'java'), named(line)]).toEqual(['org/a/B:.call', 'Lorg/a/B:.call']);
  });

  test.each([
    ['kernel', { kernel: true }, '7f tcp_sendmsg ([kernel.kallsyms])', 'tcp_sendmsg_[k]'],
    ['vmlinux', { kernel: true }, '7f tcp_sendmsg (/lib/vmlinux)', 'tcp_sendmsg_[k]'],
    ['no kernel', { kernel: true }, '7f x ([unknown])', 'x'],
    ['compiled', { jit: true }, '7f f (/tmp/perf-12.map)', 'f_[j]'],
    ['inlined before compiled', { jit: true }, '7f f->g (/tmp/perf-12.map)', 'f_[j];g_[i]'],
    ['address', { addrs: true }, '7f [unknown] (/l.so)', '[l.so <7f>]'],
  ])('is marked on request: %s', (_, options, line, name) => {
    expect(named(line, options)).toBe(name);
  });

  test('is asked for where inlined functions are wanted, but not of a perf map', () => {
    const inline = (address: string, module: string) => [`${module}@${address}`, 'inner'];
    expect([named('7f f (/x)', { inline }), named('7f f (/tmp/perf-1.map)', { inline })]).toEqual(['/x@7f;inner', 'f']);
  });

  test('comes through byte by byte where it is no UTF-8', () => {
    expect(named('7f caf\xe9\xa0x (/x)')).toBe('caf\xe9\xa0x');
  });
});

test('a hostile line costs no more than its length', () => {
  const long = 100_000;
  const lines = [`a${' '.repeat(long)}`, `x 1${'1'.repeat(long)}:`, `\t${'a'.repeat(long)}`, `\tf${' ('.repeat(long)}`];
  for (const line of lines) fold(`${cycles}\n${line}\n\n`);
  expect(fold(`${cycles}\n${lines.join('\n')}\n\n`).strangeLines).toBeGreaterThan(0);
});

test('folded stacks come in the order of their bytes, whatever stands in the names', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '(', '~', '\xff'), minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(fc.array(name, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 20 }), (stacks) => {
      const tree = new StackTree();
      for (const stack of stacks) tree.addStack(stack, 1, 1);
      const lines = [...foldedLines(tree)]
        .join('')
        .split('\n')
        .slice(0, -1)
        .map((line) => line.replace(/ \d+$/, ''));
      expect(lines).toEqual(
        [...new Set(stacks.map((stack) => stack.join(';')))].sort((one, other) => (one < other ? -1 : 1)),
      );
    }),
  );
});
