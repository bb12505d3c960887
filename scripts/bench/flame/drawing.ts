/** How long a picture of many stacks takes, in a process that has drawn before, and how big its file is. */
import type { Profile } from '../../../monkey/flame/profile.ts';
import { StackTree } from '../../../monkey/flame/stack-tree.ts';
import { flameGraph } from '../../../monkey/flame/svg/flame-graph.ts';
import { percentile } from '../number.ts';
import { type Finding, type FlameBench, held } from './bench.ts';

const stacks = 10_000;
const mostMs = 300;
const mostMb = 1;
const runs = 7;

export const drawing = async ({ signal }: FlameBench): Promise<Finding> => {
  const profile = profileOf(stacks);
  const look = {
    ...{ title: 'Benchmark', subtitle: '', width: 1_200, isDark: false, isIcicle: false },
    ...{ palette: 'hot' as const, minWidth: undefined, countName: 'samples' },
  };
  const times: number[] = [];
  let bytes = 0;
  for (let run = 0; run < runs && !signal.aborted; run += 1) {
    const startedMs = performance.now();
    bytes = Buffer.byteLength(flameGraph(profile, look));
    times.push(performance.now() - startedMs);
  }
  const first = `; the first of a process ${(times[0] ?? 0).toFixed(0)} ms`;
  const time = held(`SVG of ${stacks} distinct stacks, median`, percentile(times, 0.5), mostMs, 'ms', first);
  const size = held(`SVG of ${stacks} distinct stacks, file`, bytes / 1_000_000, mostMb, 'MB');
  return { lines: [...time.lines, ...size.lines], missed: [...time.missed, ...size.missed] };
};

/** Every stack is another one; how often they come differs as in real profiles: few often, most seldom. */
const profileOf = (count: number): Profile => {
  const tree = new StackTree();
  for (let index = 0; index < count; index += 1) {
    const digits = Array.from(String(index).padStart(5, '0')).map(
      (digit, depth) => `module.function_${depth}_${digit}`,
    );
    tree.addStack(['node', 'main', ...digits, `leaf_${index % 97}`], Math.ceil(2_000 / (1 + index)), 1);
  }
  return { format: 'folded', tree, unit: 'samples', notes: [] };
};
