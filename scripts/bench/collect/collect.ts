import { CannotMeasure } from '../cannot-measure.ts';
import type { CollectBench, Finding } from './bench.ts';
import { manyHosts } from './many.ts';
import { besideTheOriginal } from './original.ts';
import { roundsWithOneHanging } from './rounds.ts';
import { servicesOfProvider } from './services.ts';

type Part = (bench: CollectBench) => Promise<Finding>;

const parts: Readonly<Record<string, Part>> = {
  services: servicesOfProvider,
  rounds: roundsWithOneHanging,
  many: manyHosts,
  original: besideTheOriginal,
};

/** Runs one part or all of them, prints what each found, and returns what was missed. */
export const collect = async (bench: CollectBench): Promise<readonly string[]> => {
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
