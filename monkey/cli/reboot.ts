import { reboot } from '../doctor/hand/reboot.ts';
import type { CommandModule } from './command.ts';
import { giveOrder, type OrderOptions, outcomeShape, tell } from './order.ts';
import { withPool } from './pool-command.ts';
import { said } from './said.ts';
import { withPoolOptions } from './settings.ts';
import { whoAmI } from './who.ts';

interface Options extends OrderOptions {
  readonly because: string;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .argument('<node>', 'id of the node')
    .requiredOption('--because <reason>', 'why; stands in the record and in Slack', said)
    .option('--by <name>', 'who asks; without it, the user of this command', said)
    .option('--force', "pass over the pool's guards, but for the lever and a hold; the record says so")
    .addHelpText(
      'after',
      `${outcomeShape}\n  what: reboot-ordered. Its agent drains it, reboots it even if it is calm, checks it and gives it back.`,
    )
    .action(async (node: string, options: Options) => {
      const { because, by, force = false } = options;
      const outcome = await withPool(io, options, (pool) =>
        giveOrder(pool, reboot({ node, by: whoAmI(by, io.env), because, force })),
      );
      done(
        tell(io, options, outcome, `${node} is being drained, and its agent then reboots it; see: monkey why ${node}`),
      );
    });
};
