import type { PoolView } from '../../pool/view.ts';
import { readmit } from '../doctor/hand/readmit.ts';
import type { CommandModule } from './command.ts';
import { giveOrder, type OrderOptions, type Outcome, outcomeShape, tell, viewAfter } from './order.ts';
import { withPool } from './pool-command.ts';
import { said } from './said.ts';
import { withPoolOptions } from './settings.ts';
import { silenceOf } from './watch-warnings.ts';
import { whoAmI } from './who.ts';

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .argument('<node>', 'id of the node')
    .option('--because <reason>', 'why; stands in the record and in Slack', said, 'it is well')
    .option('--by <name>', 'who asks; without it, the user of this command', said)
    .addHelpText(
      'after',
      `${outcomeShape}\n  what: readmitted, or hold-taken-back where the hold had not taken effect.`,
    )
    .action(async (node: string, options: OrderOptions) => {
      const { because = 'it is well', by } = options;
      const { outcome, after } = await withPool(io, options, async (pool) => ({
        outcome: await giveOrder(pool, readmit({ node, by: whoAmI(by, io.env), because })),
        after: await viewAfter(pool),
      }));
      done(tell(io, options, outcome, wordsFor(node, outcome, after)));
    });
};

const wordsFor = (node: string, outcome: Outcome, after: PoolView | undefined): string => {
  if (outcome.ok && outcome.what === 'hold-taken-back')
    return `${node} is not held any more: it serves again once it is well`;
  if (after === undefined) return `${node} is to be checked by its agent, and serves once it passes`;
  const silence = silenceOf(node, after);
  return silence === undefined
    ? `${node} is being checked by its agent, and serves once it passes`
    : `${node} waits to be checked, and nobody does: ${silence}; it serves once its agent is back and it passes`;
};
