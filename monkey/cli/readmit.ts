import { readmit } from '../doctor/hand/readmit.ts';
import type { CommandModule } from './command.ts';
import { giveOrder, type OrderOptions, type Outcome, outcomeShape, tell } from './order.ts';
import { withPool } from './pool-command.ts';
import { withPoolOptions } from './settings.ts';
import { whoAmI } from './who.ts';

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .argument('<node>', 'id of the node')
    .option('--because <reason>', 'why; stands in the record and in Slack', 'it is well')
    .option('--by <name>', 'who asks; without it, the user of this command')
    .addHelpText(
      'after',
      `${outcomeShape}\n  what: readmitted, or hold-taken-back where the hold had not taken effect.`,
    )
    .action(async (node: string, options: OrderOptions) => {
      const { because = 'it is well', by } = options;
      const outcome = await withPool(io, options, (pool) =>
        giveOrder(pool, readmit({ node, by: whoAmI(by, io.env), because })),
      );
      done(tell(io, options, outcome, wordsFor(node, outcome)));
    });
};

const wordsFor = (node: string, outcome: Outcome): string =>
  outcome.ok && outcome.what === 'hold-taken-back'
    ? `${node} is not held any more: it serves again once it is well`
    : `${node} is being checked by its agent, and serves once it passes`;
