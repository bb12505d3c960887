import type { Command } from 'commander';
import { Option } from 'commander';
import type { Config } from '../config/config.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import type { Flags, Need } from '../config/parse.ts';
import { BadConfiguration, type Io } from './command.ts';

/** Options that say which configuration a command goes by, and how it answers. */
export interface CommonOptions {
  readonly config?: string;
  readonly redis?: string;
  readonly pool?: string;
  readonly json?: true;
  readonly output?: 'text' | 'json';
}

export const withConfigOption = (command: Command): Command =>
  command.option(
    '--config <file>',
    'configuration file; without it, ./doctor-monkey.yaml or /etc/doctor-monkey/config.yaml',
  );

export const withJsonOption = (command: Command): Command =>
  command
    .option('--json', 'answer in JSON, for programs; the same as --output json')
    .addOption(new Option('--output <format>', 'how to answer').choices(['text', 'json']).default('text'));

/** What every command on a pool takes. With both --redis and --pool no file is needed. */
export const withPoolOptions = (command: Command): Command =>
  withJsonOption(
    withConfigOption(command)
      .option(
        '--redis <url>',
        'Redis of the pool, like redis://127.0.0.1:6379; its password comes from DOCTOR_MONKEY_REDIS_PASSWORD',
      )
      .option('--pool <name>', 'name of the pool'),
  );

export const wantsJson = ({ json, output }: CommonOptions): boolean => json === true || output === 'json';

/** The configuration that the options name; ends the command with all that is wrong with it. */
export const configOf = async (
  io: Io,
  options: CommonOptions & Pick<Flags, 'workers'>,
  needs: readonly Need[] = [],
): Promise<Config> => (await loadedOf(io, options, needs)).config;

/** Like {@link configOf}, and where it came from. */
export const loadedOf = async (
  io: Io,
  { config: file, redis, pool, workers }: CommonOptions & Pick<Flags, 'workers'>,
  needs: readonly Need[] = [],
): Promise<Extract<Loaded, { kind: 'config' }>> => {
  const loaded = await loadConfig({ file, flags: { redis, pool, workers }, needs }, io.env, io.readFile);
  if (loaded.kind === 'config') return loaded;
  throw new BadConfiguration(loaded.text);
};
