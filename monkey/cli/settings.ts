import type { Command } from 'commander';
import { Option } from 'commander';
import type { Config } from '../config/config.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import type { Flags, Need } from '../config/parse.ts';
import { BadConfiguration, type Io } from './command.ts';
import { type Instead, type PoolOptions, withWhichPool } from './pool-options.ts';

/** Which pool, and how to answer. */
export interface CommonOptions extends PoolOptions {
  readonly json?: true;
  readonly output?: 'text' | 'json';
}

export const withJsonOption = (command: Command): Command =>
  command
    .option('--json', 'answer in JSON, for programs; the same as --output json')
    .addOption(new Option('--output <format>', 'how to answer').choices(['text', 'json']).default('text'));

/** What every command on a pool takes. With both --redis and --pool no file is needed. */
export const withPoolOptions = (command: Command): Command => withJsonOption(withWhichPool(command));

export const wantsJson = ({ json, output }: CommonOptions): boolean => json === true || output === 'json';

/** The configuration that the options name; ends the command with all that is wrong with it. */
export const configOf = async (
  io: Io,
  options: PoolOptions & Pick<Flags, 'workers'> & Instead,
  needs: readonly Need[] = [],
): Promise<Config> => (await loadedOf(io, options, needs)).config;

/** Like {@link configOf}, and where it came from. */
export const loadedOf = async (
  io: Io,
  { config: file, redis, pool, workers, instead, fileOnly }: PoolOptions & Pick<Flags, 'workers'> & Instead,
  needs: readonly Need[] = [],
): Promise<Extract<Loaded, { kind: 'config' }>> => {
  const flags = fileOnly === true ? undefined : { redis, pool, workers };
  const loaded = await loadConfig({ file, flags, needs, instead }, io.env, io.readFile);
  if (loaded.kind === 'config') return loaded;
  throw new BadConfiguration(loaded.text);
};
