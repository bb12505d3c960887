import { CannotMeasure } from '../cannot-measure.ts';
import type { Finding, FleetBench } from './bench.ts';
import { findings } from './findings.ts';
import { whyOfBigPool } from './why.ts';

type Part = (bench: FleetBench) => Promise<Finding>;

const parts: Readonly<Record<string, Part>> = { findings, why: whyOfBigPool };

/** Runs one part or all of them, prints what each found, and returns what was missed. */
export const fleet = async (bench: FleetBench): Promise<readonly string[]> => {
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
