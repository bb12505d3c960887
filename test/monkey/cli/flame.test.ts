import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { cli } from '../../support/cli.ts';

const fixture = (name: string): Promise<Buffer> =>
  readFile(new URL(`../../fixtures/flame/${name}.gz`, import.meta.url));
const before = 'a;b;c 700\na;e;f;g;h 300\n';
const files = { before, after: 'a;b;c 500\n', more: 'a;b;c 300\na;e;f;g;h 700\n', prose: 'Dear Sir,\n', '-': before };

test('fold writes the samples of a .cpuprofile, not the microseconds that each stood for', async () => {
  const node = (id: number, functionName: string, children: readonly number[] = []) => ({
    ...{
      id,
      children,
      callFrame: { functionName, scriptId: '1', url: 'file:///app.js', lineNumber: 0, columnNumber: 0 },
    },
  });
  const profile = {
    nodes: [node(1, '(root)', [2, 3]), node(2, 'one'), node(3, 'two')],
    ...{ startTime: 0, endTime: 4_000, samples: [2, 2, 3], timeDeltas: [900, 1_100, 2_000] },
  };
  const { out } = await cli(['flame', 'fold', 'x.cpuprofile'], { files: { 'x.cpuprofile': JSON.stringify(profile) } });
  expect(
    out
      .split('\n')
      .filter(Boolean)
      .map((line) => line.replace(/^.* /, '')),
  ).toEqual(['2', '1']);
});

describe('flame fold', () => {
  test('reads perf script and writes folded stacks', async () => {
    const ran = await cli(['flame', 'fold', 'x'], { files: { x: await fixture('after.perf') } });
    expect(ran.exit).toBe(0);
    expect(ran.out.split('\n')[0]).toMatch(/^node;.* \d+$/);
  });

  test('reads stdin', async () => {
    expect(await cli(['flame', 'fold', '-'], { files })).toEqual({ exit: 0, out: before, err: '' });
  });

  test('ends with 1 where perf script broke off, and writes what could be read', async () => {
    const whole = 'app 1 1.0: 7 cycles:\n\t1 tick (/app)\n\n';
    const cut = { cut: `${whole}nonsense\n${whole.trimEnd()}` };
    expect(await cli(['flame', 'fold', 'cut'], { files: cut })).toEqual({
      exit: 1,
      out: 'app;tick 7\n',
      err:
        '! cut: the input ends within a sample, which was left out\n' +
        '! cut: 1 line is neither a sample nor of a stack\n',
    });
  });

  test.each([
    ['svg', 'cut'],
    ['diff', 'cut', 'whole'],
    ['diff', 'whole', 'cut', '--fail-over', '10%'],
  ])('%s %s: a profile that broke off is drawn, and ends with 1', async (...command) => {
    const whole = 'app 1 1.0: 7 cycles:\n\t1 tick (/app)\n\n';
    const perf = { whole, cut: `${whole}${whole.trimEnd()}` };
    const { exit, out, err } = await cli(['flame', ...command], { files: perf });
    expect({ exit, isDrawn: out.includes('<svg') }).toEqual({ exit: 1, isDrawn: true });
    expect(err).toContain('! cut: the input ends within a sample, which was left out\n');
  });

  test('says which events a profile has where the one asked for is not among them', async () => {
    const of = (event: string) => `app 1 1.0: 7 ${event}:\n\t1 tick (/app)\n\n`;
    const perf = { perf: `${of('cycles')}${of('cpu-clock')}${of('cycles')}` };
    expect(await cli(['flame', 'fold', 'perf', '--event-filter', 'nope'], { files: perf })).toEqual({
      exit: 1,
      out: '',
      err: 'monkey: perf is a profile (perf) without the event nope; it has cycles, cpu-clock\n',
    });
    expect(await cli(['flame', 'fold', 'perf', '--event-filter', 'cpu-clock'], { files: perf })).toMatchObject({
      exit: 0,
      out: 'app;tick 7\n',
    });
  });

  test('writes speedscope', async () => {
    const { out } = await cli(['flame', 'fold', 'before', '--output', 'speedscope'], { files });
    expect(JSON.parse(out)).toMatchObject({ profiles: [{ weights: [700, 300] }] });
  });

  test('strips what is of the runtime', async () => {
    const noisy = { noisy: 'node;Builtins_X;JS:*f /a.js:1:1 3\n' };
    expect((await cli(['flame', 'fold', '--strip', 'node', 'noisy'], { files: noisy })).out).toBe(
      'node;f /a.js:1:1 3\n',
    );
  });
});

describe('flame svg', () => {
  test('writes one SVG', async () => {
    const { exit, out } = await cli(['flame', 'svg', 'before', '--title', 'Mine', '--colors', 'js', '--dark'], {
      files,
    });
    expect(exit).toBe(0);
    expect(out).toMatch(/^<\?xml.*<svg .*aria-label="Mine".*<\/svg>\n$/s);
  });

  test.each([
    ['--width', '5'],
    ['--minwidth', 'x'],
    ['--colors', 'blue'],
  ])('refuses %s %s', async (flag, value) => {
    expect(await cli(['flame', 'svg', 'before', flag, value], { files })).toMatchObject({ exit: 2, out: '' });
  });
});

describe('flame diff', () => {
  test('writes a picture in which what vanished has a graph of its own', async () => {
    const { exit, out } = await cli(['flame', 'diff', 'before', 'after'], { files });
    expect([exit, out.includes('Vanished: 30.00 % of before')]).toEqual([0, true]);
  });

  test('tells programs unrounded', async () => {
    const { out } = await cli(['flame', 'diff', 'before', 'after', '--json'], { files });
    const { frames } = JSON.parse(out) as { frames: { path: string; change: number }[] };
    expect(frames.find(({ path }) => path === 'a;b')).toMatchObject({
      before: 0.7,
      after: 1,
      change: 3 / 7,
    });
  });

  test('shows both side by side', async () => {
    const { out } = await cli(['flame', 'diff', 'before', 'after', '--widths', 'both'], { files });
    expect(out.match(/class="graph"/g)).toHaveLength(2);
  });

  test('ends with 1 and names the frames where one grew too much', async () => {
    const { exit, err } = await cli(['flame', 'diff', 'before', 'more', '--fail-over', '10%'], { files });
    expect(exit).toBe(1);
    expect(err).toContain('4 frames grew by more than 10 %, beyond sampling noise:\n');
    expect(err).toContain('+133 %');
  });

  test('says what it took for a sample where the values are large, and can be told otherwise', async () => {
    const large = { old: 'a;b;c 70000\na;e;f;g;h 30000\n', now: 'a;b;c 50000\n' };
    const guessed = await cli(['flame', 'diff', 'old', 'now', '--fail-over', '10%'], { files: large });
    expect(guessed).toMatchObject({ exit: 0 });
    expect(guessed.err).toContain(
      '! old: taken as 10 samples of 10000 each; --per-sample 1 takes every unit for one\n',
    );
    const told = ['flame', 'diff', 'old', 'now', '--per-sample', '1', '--fail-over', '10%'];
    const { exit, err } = await cli(told, { files: large });
    expect(exit).toBe(1);
    expect(err).toMatch(/^2 frames grew by more than 10 %/);
    expect(await cli(['flame', 'diff', 'old', 'now', '--per-sample', '0'], { files: large })).toMatchObject({
      exit: 2,
    });
  });

  test('ends with 0 where none did', async () => {
    expect(await cli(['flame', 'diff', 'before', 'before', '--fail-over', '10%'], { files })).toMatchObject({
      exit: 0,
      err: '',
    });
  });

  test('in the reference samples the handler of the chain got cheaper, and next to nothing else is beyond noise', async () => {
    const samples = { old: await fixture('before.perf'), now: await fixture('after.perf') };
    const { out } = await cli(['flame', 'diff', 'old', 'now', '--strip', 'node', '--json'], { files: samples });
    const { frames } = JSON.parse(out) as { frames: { path: string; change: number; isSignificant: boolean }[] };
    const [most, ...others] = frames;
    expect(most).toMatchObject({ path: expect.stringContaining('/srv/meow/meow.js:13:19'), isSignificant: true });
    expect(most?.change).toBeLessThan(-0.3);
    expect(others.length).toBeGreaterThan(500);
    expect(others.filter(({ isSignificant }) => isSignificant).length).toBeLessThan(6);
  });
});

describe('bad input', () => {
  test.each([
    ['prose', 1, 'monkey: prose is none of the formats that are known'],
    ['nowhere', 3, "monkey: nowhere can't be read: there is no such file"],
  ])('%s ends with %i and a sentence', async (file, exit, said) => {
    for (const command of ['fold', 'svg']) {
      const ran = await cli(['flame', command, file], { files });
      expect({ ...ran, err: ran.err.startsWith(said) }).toEqual({ exit, out: '', err: true });
    }
  });

  test('--fail-over wants a percentage', async () => {
    expect(await cli(['flame', 'diff', 'before', 'after', '--fail-over', '0.1'], { files })).toMatchObject({ exit: 2 });
  });
});
