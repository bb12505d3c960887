import { forget, leave } from '../doctor/hand/leave.ts';
import type { CommandModule } from './command.ts';
import { giveOrder, type OrderOptions, type Outcome, outcomeShape, tell } from './order.ts';
import { withPool } from './pool-command.ts';
import { said } from './said.ts';
import { withPoolOptions } from './settings.ts';
import { untilDrained } from './settle.ts';
import { whoAmI } from './who.ts';

interface Options extends OrderOptions {
  readonly wait: boolean;
  readonly forget?: true;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .argument('<node>', 'id of the node')
    .option('--because <reason>', 'why; stands in the record and in Slack', said, 'asked to')
    .option('--by <name>', 'who asks; without it, the user of this command', said)
    .option('--force', "pass over the pool's guards; the record says so")
    .option('--no-wait', 'do not wait until it is drained')
    .option('--forget', 'drop the record of a node that has left')
    .addHelpText('after', `${outcomeShape}\n  what: left, forgotten, or leaving with --no-wait.`)
    .action(async (node: string, options: Options) => {
      const outcome = await withPool(io, options, async (pool): Promise<Outcome> => {
        if (options.forget === true) return giveOrder(pool, forget({ node }));
        const { because = 'asked to', force = false } = options;
        const given = await giveOrder(pool, leave({ node, by: whoAmI(options.by, io.env), because, force }));
        if (!given.ok || given.what !== 'leaving' || !options.wait) return given;
        const ended = await untilDrained(io, pool, node, false);
        return ended === 'left'
          ? { ...given, what: 'left' }
          : { ok: false, refusal: 'not-left', because: `${node} was drained and is now ${ended}` };
      });
      done(tell(io, options, outcome, wordsFor(node, outcome)));
    });
};

const wordsFor = (node: string, outcome: Outcome): string => {
  if (outcome.ok && outcome.what === 'forgotten') return `${node} is forgotten`;
  if (outcome.ok && outcome.what === 'leaving') return `${node} is out of the live list and being drained`;
  return `${node} has left the pool; it joins again when it boots anew, or: monkey readmit ${node}`;
};
