import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { type Palette, palettes } from '../flame/svg/colours.ts';
import { flameGraph } from '../flame/svg/flame-graph.ts';
import { type CommandModule, Exit, type Io } from './command.ts';
import { taken } from './flame-fold.ts';
import { type InputOptions, knownFormats, profileFrom, withInputOptions } from './flame-input.ts';

export interface LookOptions {
  readonly title?: string;
  readonly subtitle: string;
  readonly width: number;
  readonly minwidth?: number;
  readonly dark?: true;
  readonly icicle?: true;
}

interface Options extends InputOptions, LookOptions {
  readonly colors: Palette;
  readonly countname?: string;
  readonly flamechart?: true;
}

export const withLookOptions = (command: Command): Command =>
  command
    .option('--title <text>', 'what stands above the picture')
    .option('--subtitle <text>', 'what stands below the title', '')
    .option('--width <pixels>', 'of the picture', pixels(100, 20_000), 1_200)
    .option(
      '--minwidth <pixels>',
      'narrower frames are left out (default: 0.1, more where the file would pass 1 MB)',
      pixels(0, 100),
    )
    .option('--icicle', 'callers on top, what they call below')
    .option('--dark', 'on a dark background');

export const configureSvg = (command: Command, io: Io, done: Parameters<CommandModule['configure']>[2]): void => {
  withLookOptions(withInputOptions(command))
    .argument('<file>', 'a profile; - for stdin')
    .addOption(
      command
        .createOption('--colors <palette>', 'js: own code green, the runtime aqua, the system red')
        .choices(palettes)
        .default('hot'),
    )
    .option('--countname <text>', 'what is counted (default: what the profile says)')
    .option('--flamechart', 'left to right is time: neighbours alone are merged, in the order of the profile')
    .addHelpText('after', knownFormats)
    .action(async (file: string, options: Options) => {
      const profile = await profileFrom(io, file, options, options.flamechart === true ? 'in-order' : 'merged');
      const svg = flameGraph(profile, {
        ...lookOf(options, options.flamechart === true ? 'Flame chart' : 'Flame graph'),
        palette: options.colors,
        minWidth: options.minwidth,
        countName: options.countname ?? (profile.unit === 'events' ? 'samples' : profile.unit),
      });
      await taken(io.out, Buffer.from(svg));
      // What could be read is drawn all the same; scripts are told that it is not all.
      done(profile.isCutShort === true ? Exit.bad : Exit.fine);
    });
};

export const lookOf = ({ title, subtitle, width, dark, icicle }: LookOptions, otherwise: string) => ({
  ...{ title: title ?? otherwise, subtitle, width },
  isDark: dark === true,
  isIcicle: icicle === true,
});

const pixels =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a number from ${least} to ${most}, please.`);
  };
