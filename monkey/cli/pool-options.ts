/** Apart from settings.ts, so that a command that may need no configuration does not load what reads one. */
import type { Command } from 'commander';

/** Options that say which configuration and which pool a command goes by. */
export interface PoolOptions {
  readonly config?: string;
  readonly redis?: string;
  readonly pool?: string;
}

export const withConfigOption = (command: Command): Command =>
  command.option(
    '--config <file>',
    'configuration file; without it, ./doctor-monkey.yaml or /etc/doctor-monkey/config.yaml',
  );

export const withWhichPool = (command: Command): Command =>
  withConfigOption(command)
    .option(
      '--redis <url>',
      'Redis of the pool, like redis://127.0.0.1:6379; its password comes from DOCTOR_MONKEY_REDIS_PASSWORD',
    )
    .option('--pool <name>', 'name of the pool');
