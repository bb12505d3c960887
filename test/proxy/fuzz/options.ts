/** What `npm run fuzz` is told. */
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export interface Options {
  readonly cases: number;
  readonly seed: number;
  readonly jobs: number;
}

export const usage = `Usage: npm run fuzz -- [--cases N] [--seed S] [--jobs J]
Sends streams of requests and answers, right, nearly right and cut anywhere, through the proxy's fast path, and holds
what it takes to what Node's own server and client read. What is found is made smaller; the last line sums up.

  --cases N  how many streams, half of them of requests (20000)
  --seed S   the first seed; without it a fresh one is taken and printed
  --jobs J   how many processors may be used (${availableParallelism()} here)
Exit: 0 no difference, 1 a difference, 2 wrong usage.`;

export type Parsed =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly because: string };

export const parseOptions = (argv: readonly string[]): Parsed => {
  const spec = {
    cases: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options: spec });
    if (values.help === true) return { kind: 'help' };
    const cases = numberOf('--cases', values.cases ?? '20000', 2, 1_000_000_000);
    const seed = numberOf('--seed', values.seed ?? String(randomInt(1, 2 ** 30)), 0, 2 ** 30);
    return {
      kind: 'run',
      options: { cases, seed, jobs: numberOf('--jobs', values.jobs ?? String(availableParallelism()), 1, 256) },
    };
  } catch (error) {
    return { kind: 'wrong', because: error instanceof Error ? error.message : String(error) };
  }
};

const numberOf = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${name} ${JSON.stringify(text)} is not a whole number from ${least} to ${most}`);
};
