import { InvalidArgumentError } from 'commander';
import { parseMs } from '../../pool/units.ts';
import { pause } from '../doctor/hand/lever.ts';
import type { CommandModule } from './command.ts';
import { giveOrder, type OrderOptions, outcomeShape, tell } from './order.ts';
import { withPool } from './pool-command.ts';
import { withPoolOptions } from './settings.ts';
import { whoAmI } from './who.ts';

type Until = { readonly forMs: number } | { readonly untilMs: number };

interface Options extends OrderOptions {
  readonly because: string;
  readonly until?: Until;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .requiredOption('--because <reason>', 'why; everybody who is refused is told')
    .option(
      '--until <when>',
      'let go by itself: after a duration like 2h, or at a time like 2026-05-04T18:00:00Z',
      parseUntil,
    )
    .option('--by <name>', 'who asks; without it, the user of this command')
    .option('--force', 'take the place of a pause that stands')
    .addHelpText(
      'after',
      `${outcomeShape}\n  what: paused. Reboots that EC2 has already been asked for are not stopped.`,
    )
    .action(async (options: Options) => {
      const { because, by, until = {}, force = false } = options;
      const outcome = await withPool(io, options, (pool) =>
        giveOrder(pool, pause({ by: whoAmI(by, io.env), because, force, ...until })),
      );
      const how = options.until === undefined ? 'until somebody resumes' : 'until then';
      done(tell(io, options, outcome, `healing is paused ${how}; what EC2 was asked for already still happens`));
    });
};

const parseUntil = (text: string): Until => {
  const forMs = parseMs(text);
  if (forMs !== undefined) return { forMs };
  const untilMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(untilMs))
    throw new InvalidArgumentError('a duration like 2h, or a time like 2026-05-04T18:00:00Z, please.');
  return { untilMs };
};
