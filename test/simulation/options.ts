/** What `npm run simulate` is told. */
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export interface Options {
  readonly schedules: number;
  readonly seed: number;
  readonly jobs: number;
  /** Tells every run in words. */
  readonly tell: boolean;
  /** Makes a schedule that shows a violation smaller. */
  readonly shrink: boolean;
}

export const usage = `Usage: npm run simulate -- [--schedules N] [--seed S] [--jobs J] [--tell] [--no-shrink]
Runs the production agents, controllers and routers against seeded faults in virtual time, and holds every commit and
every call to EC2 to the laws. A violation is made smaller and told step by step; the last line sums up.

  --schedules N  how many, each from its own seed (1000)
  --seed S       the first seed; without it a fresh one is taken and printed
  --jobs J       how many processors may be used (${availableParallelism()} here)
  --no-shrink    tells a violation as it was found
  --tell         tells every run in words, also one that shows nothing: for one schedule
Exit: 0 no violation, 1 a violation, 2 wrong usage.`;

export type Parsed =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly because: string };

export const parseOptions = (argv: readonly string[]): Parsed => {
  const spec = {
    schedules: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string' },
    tell: { type: 'boolean' },
    'no-shrink': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options: spec });
    if (values.help === true) return { kind: 'help' };
    const schedules = numberOf('--schedules', values.schedules ?? '1000', 1, 10_000_000);
    const seed = numberOf('--seed', values.seed ?? String(randomInt(1, 2 ** 31)), 0, 2 ** 32 - 1);
    const jobs = numberOf('--jobs', values.jobs ?? String(availableParallelism()), 1, 256);
    return {
      kind: 'run',
      options: { schedules, seed, jobs, tell: values.tell === true, shrink: values['no-shrink'] !== true },
    };
  } catch (error) {
    return { kind: 'wrong', because: error instanceof Error ? error.message : String(error) };
  }
};

const numberOf = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && /^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${name} ${JSON.stringify(text)} is not a whole number from ${least} to ${most}`);
};
