/** Flame graphs: how fast profiles are folded and drawn, how soon one is in hand, and what it costs who is profiled. */
import { CannotMeasure } from '../cannot-measure.ts';
import type { Finding, FlameBench } from './bench.ts';
import { costWhileCaptured } from './cost.ts';
import { drawing } from './drawing.ts';
import { folding } from './folding.ts';
import { memory } from './memory.ts';
import { stuckProcess } from './stuck.ts';

type Part = (bench: FlameBench) => Promise<Finding>;

const parts: Readonly<Record<string, Part>> = {
  fold: folding,
  memory,
  svg: drawing,
  stuck: stuckProcess,
  cost: costWhileCaptured,
};

/** Runs one part or all of them, prints what each found, and returns what was missed. */
export const flame = async (bench: FlameBench): Promise<readonly string[]> => {
  const chosen = Object.entries(parts).filter(([name]) => bench.part === undefined || bench.part === name);
  if (chosen.length === 0)
    throw new CannotMeasure(`no part ${bench.part ?? ''}; there are ${Object.keys(parts).join(', ')}`);
  const missed: string[] = [];
  for (const [name, part] of chosen) {
    process.stderr.write(`${name} …\n`);
    const found = await part(bench);
    process.stdout.write(`${found.lines.map((line) => `${name.padEnd(6)}  ${line}`).join('\n')}\n`);
    missed.push(...found.missed);
  }
  return missed;
};
