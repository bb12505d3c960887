/** The memory of every process of every host, over SSH: for statsd, for Prometheus, or for a person's eye. */
import { collectShape } from './collect/json.ts';
import { type CollectOptions, withCollectOptions } from './collect/options.ts';
import type { CommandModule } from './command.ts';

export const configure: CommandModule['configure'] = (command, io, done) => {
  withCollectOptions(command)
    .addHelpText('after', collectShape)
    .action(async (options: CollectOptions) => {
      const { collect } = await import('./collect/run.ts');
      done(await collect(options, io));
    });
};
