import { drain } from '../doctor/hand/drain.ts';
import type { CommandModule } from './command.ts';
import { giveOrder, type OrderOptions, type Outcome, outcomeShape, tell, viewAfter } from './order.ts';
import { withPool } from './pool-command.ts';
import { said } from './said.ts';
import { withPoolOptions } from './settings.ts';
import { untilDrained } from './settle.ts';
import { silenceOf } from './watch-warnings.ts';
import { whoAmI } from './who.ts';

interface Options extends OrderOptions {
  readonly because: string;
  readonly wait: boolean;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .argument('<node>', 'id of the node')
    .requiredOption('--because <reason>', 'why; stands in the record and in Slack', said)
    .option('--by <name>', 'who asks; without it, the user of this command', said)
    .option('--force', "pass over the pool's guards; the record says so")
    .option('--no-wait', 'do not wait until it is drained')
    .addHelpText(
      'after',
      `${outcomeShape}\n  what: held, or hold-later where a treatment that runs ends first, or drained-by-hand with --no-wait.`,
    )
    .action(async (node: string, options: Options) => {
      const { because, by, force = false } = options;
      let silence: string | undefined;
      const outcome = await withPool(io, options, async (pool): Promise<Outcome> => {
        const given = await giveOrder(pool, drain({ node, by: whoAmI(by, io.env), because, force }));
        const after = await viewAfter(pool);
        silence = after === undefined ? undefined : silenceOf(node, after);
        if (!given.ok || given.what !== 'drained-by-hand' || !options.wait) return given;
        const ended = await untilDrained(io, pool, node, false);
        return ended === 'held'
          ? { ...given, what: 'held' }
          : { ok: false, refusal: 'not-held', because: `${node} was drained and is now ${ended}` };
      });
      done(tell(io, options, outcome, wordsFor(node, outcome, silence)));
    });
};

const wordsFor = (node: string, outcome: Outcome, silence: string | undefined): string => {
  if (outcome.ok && outcome.what === 'hold-later' && silence !== undefined)
    return `${node} is to be held once it is through, but ${silence}: nobody goes on with it before its agent is back, or a controller that acts takes it over`;
  if (outcome.ok && outcome.what === 'hold-later')
    return `${node} is being treated, and there is no way back from that: it will be held once it is through`;
  if (outcome.ok && outcome.what === 'drained-by-hand') return `${node} is out of the live list and being drained`;
  return `${node} is held out of the pool; to give it back: monkey readmit ${node}`;
};
