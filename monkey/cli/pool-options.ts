/** Apart from settings.ts, so that a command that may need no configuration does not load what reads one. */
import type { Command } from 'commander';

/** Options that say which configuration and which pool a command goes by. */
export interface PoolOptions {
  readonly config?: string;
  readonly redis?: string;
  readonly pool?: string;
}

/** Said by a command itself, not by whoever typed it: how it does without a configuration. */
export interface Instead {
  readonly instead?: string;
  /** It has no --redis and --pool of its own. */
  readonly fileOnly?: boolean;
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

/** Of a daemon, which answers nothing, and of a picture: what starts them may be a program that wants to know why they failed. */
export const withJsonFailures = (command: Command): Command =>
  command.option('--json', 'for programs: should it fail, why it does is told in JSON');
