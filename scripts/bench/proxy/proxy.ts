import { CannotMeasure } from '../cannot-measure.ts';
import type { Finding, ProxyBench } from './bench.ts';
import { crash } from './crash.ts';
import { memory } from './memory.ts';
import { onStage, type Stage } from './stage.ts';
import { table } from './table.ts';

type Part = (bench: ProxyBench, stage: Stage) => Promise<Finding>;

const parts: Readonly<Record<string, Part>> = { table, memory, crash };

/** Runs one part or all of them, prints what each found, and returns what was missed. */
export const proxy = async (bench: ProxyBench): Promise<readonly string[]> => {
  const chosen = Object.entries(parts).filter(([name]) => bench.part === undefined || bench.part === name);
  if (chosen.length === 0)
    throw new CannotMeasure(`no part ${bench.part ?? ''}; there are ${Object.keys(parts).join(', ')}`);
  const missed: string[] = [];
  for (const [name, part] of chosen) {
    process.stderr.write(`${name} …\n`);
    const found = await onStage(bench, (stage) => part(bench, stage));
    process.stdout.write(`${found.lines.join('\n')}\n`);
    missed.push(...found.missed);
  }
  return missed;
};
