import { CannotMeasure } from '../cannot-measure.ts';
import type { Finding, HealBench } from './bench.ts';
import { drains } from './drains.ts';
import { idle } from './idle.ts';
import { originalHeals } from './original.ts';
import { ourHeals } from './ours.ts';
import { start } from './start.ts';

type Part = (bench: HealBench) => Promise<Finding>;

const parts: Readonly<Record<string, Part>> = {
  heals: ourHeals,
  original: originalHeals,
  drains,
  start,
  idle,
};

/** Runs one part or all of them, prints what each found, and returns what was missed. */
export const heal = async (bench: HealBench): Promise<readonly string[]> => {
  const chosen = Object.entries(parts).filter(([name]) => bench.part === undefined || bench.part === name);
  if (chosen.length === 0)
    throw new CannotMeasure(`no part ${bench.part ?? ''}; there are ${Object.keys(parts).join(', ')}`);
  const missed: string[] = [];
  for (const [name, part] of chosen) {
    process.stderr.write(`${name} …\n`);
    const found = await part(bench);
    process.stdout.write(`${found.lines.join('\n')}\n`);
    missed.push(...found.missed);
  }
  return missed;
};
