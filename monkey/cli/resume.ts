import { resume } from '../doctor/hand/lever.ts';
import type { CommandModule } from './command.ts';
import { giveOrder, type OrderOptions, outcomeShape, tell } from './order.ts';
import { withPool } from './pool-command.ts';
import { said } from './said.ts';
import { withPoolOptions } from './settings.ts';
import { whoAmI } from './who.ts';

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .option('--because <reason>', 'why; stands in Slack', said)
    .option('--by <name>', 'who asks; without it, the user of this command', said)
    .addHelpText('after', `${outcomeShape}\n  what: resumed.`)
    .action(async (options: OrderOptions) => {
      const { because, by } = options;
      const order = { by: whoAmI(by, io.env), ...(because === undefined ? {} : { because }) };
      const outcome = await withPool(io, options, async (pool) => ({
        given: await giveOrder(pool, resume(order)),
        name: pool.store.name,
      }));
      done(tell(io, options, outcome.given, `healing of the pool ${outcome.name} goes on`));
    });
};
