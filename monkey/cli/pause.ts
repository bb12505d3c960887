import { InvalidArgumentError } from 'commander';
import { formatMs, parseMs } from '../../pool/units.ts';
import type { PoolView } from '../../pool/view.ts';
import { pause } from '../doctor/hand/lever.ts';
import type { CommandModule } from './command.ts';
import { giveOrder, type OrderOptions, type Outcome, outcomeShape, tell, viewAfter } from './order.ts';
import { withPool } from './pool-command.ts';
import { said } from './said.ts';
import { withPoolOptions } from './settings.ts';
import { whoAmI } from './who.ts';

type Until = { readonly forMs: number } | { readonly untilMs: number };

interface Options extends OrderOptions {
  readonly because: string;
  readonly until?: Until;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .requiredOption('--because <reason>', 'why; everybody who is refused is told', said)
    .option(
      '--until <when>',
      'let go by itself: after a duration like 2h, or at a time like 2026-05-04T18:00:00Z',
      parseUntil,
    )
    .option('--by <name>', 'who asks; without it, the user of this command', said)
    .option('--force', 'take the place of a pause that stands, or pause a pool before anybody has joined it')
    .addHelpText(
      'after',
      `${outcomeShape}\n  what: paused. Reboots that EC2 has already been asked for are not stopped.`,
    )
    .action(async (options: Options) => {
      const { because, by, until = {}, force = false } = options;
      const outcome = await withPool(io, options, async (pool): Promise<Paused> => {
        const given = await giveOrder(pool, pause({ by: whoAmI(by, io.env), because, force, ...until }));
        return { given, pool: pool.store.name, after: given.ok ? await viewAfter(pool) : undefined };
      });
      done(tell(io, options, outcome.given, wordsFor(outcome)));
    });
};

interface Paused {
  readonly given: Outcome;
  readonly pool: string;
  /** Undefined: nobody can say until when. */
  readonly after: PoolView | undefined;
}

const wordsFor = ({ pool, after }: Paused): string => {
  const how = after === undefined ? '' : ` ${untilWhen(after)}`;
  return `healing of the pool ${pool} is paused${how}; what EC2 was asked for already still happens`;
};

const untilWhen = ({ lever }: PoolView): string => {
  const untilMs = lever?.untilMs;
  return lever === undefined || untilMs === undefined
    ? 'until somebody resumes'
    : `until ${new Date(untilMs).toISOString().slice(0, 19)}Z (for ${formatMs(untilMs - lever.sinceMs)})`;
};

/** A pause that nobody alive would see the end of is one until somebody resumes. */
const longestMs = 366 * 24 * 3_600_000;

const parseUntil = (text: string): Until => {
  const forMs = parseMs(text);
  if (forMs !== undefined && forMs > longestMs)
    throw new InvalidArgumentError('a year at most, please; without --until it lasts until somebody resumes.');
  if (forMs !== undefined) return { forMs };
  const untilMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(untilMs))
    throw new InvalidArgumentError('a duration like 2h, or a time like 2026-05-04T18:00:00Z, please.');
  return { untilMs };
};
