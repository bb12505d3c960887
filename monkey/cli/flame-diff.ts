import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { answerOf, changeInWords, type FrameAnswer, grownOver } from '../flame/diff/answer.ts';
import { differenceOf } from '../flame/diff/difference.ts';
import { pictureOf, type Widths, widths } from '../flame/diff/picture.ts';
import type { Profile } from '../flame/profile.ts';
import { type CommandModule, Exit, type Io } from './command.ts';
import { taken } from './flame-fold.ts';
import { type InputOptions, knownFormats, profileFrom, withInputOptions } from './flame-input.ts';
import { type LookOptions, lookOf, withLookOptions } from './flame-svg.ts';
import { harmless } from './print.ts';

interface Options extends InputOptions, LookOptions {
  readonly json?: true;
  readonly output: 'svg' | 'json';
  readonly widths: Widths;
  readonly failOver?: number;
  readonly perSample?: number;
}

const shape = `${knownFormats}
Both are taken as shares of their own whole, so their lengths and sampling rates need not be the same.
Red grew, blue shrank, white is the same; pale is within sampling noise (binomial test, 95 % for all frames together).
JSON: {frames: [{path, before, after, change, selfBefore, selfAfter, selfChange, isSignificant}]}, what moved most first.
  path: frames from the bottom, joined by ";"; before, after: shares, 0 to 1, of the frame and all above it;
  change: (after - before) / before, so -1 is gone and 0 the same, or "new"; self…: of the frame alone.`;

export const configureDiff = (command: Command, io: Io, done: Parameters<CommandModule['configure']>[2]): void => {
  withLookOptions(withInputOptions(command))
    .argument('<before>', 'a profile; - for stdin')
    .argument('<after>', 'another one, of the same work; - for stdin')
    .addOption(
      command
        .createOption('--widths <of>', 'what says how wide a frame is; both draws two graphs')
        .choices(widths)
        .default('after'),
    )
    .option(
      '--fail-over <share>',
      'exit 1 where a frame grew, beyond noise, by more than this of what it was: 10%',
      share,
    )
    .option(
      '--per-sample <value>',
      'what one sample adds to the values of folded stacks, say 1; without it they tell that themselves',
      positive,
    )
    .option('--json', 'answer in JSON, for programs; the same as --output json')
    .addOption(command.createOption('--output <format>', 'what to write').choices(['svg', 'json']).default('svg'))
    .addHelpText('after', shape)
    .action(async (before: string, after: string, options: Options) => {
      done(await tellDifference(io, before, after, options));
    });
};

const tellDifference = async (io: Io, before: string, after: string, options: Options): Promise<Exit> => {
  const old = await profileFrom(io, before, options);
  const now = await profileFrom(io, after, options);
  const difference = differenceOf(old, now, options.perSample);
  if (options.perSample === undefined) {
    tellSamples(io, before, old, difference.perSample.before);
    tellSamples(io, after, now, difference.perSample.after);
  }
  const rows = answerOf(difference);
  const look = {
    ...lookOf(options, `${after} compared with ${before}`),
    widths: options.widths,
    minWidth: options.minwidth ?? 0.1,
  };
  const answer =
    options.json === true || options.output === 'json'
      ? `${JSON.stringify({ frames: rows })}\n`
      : pictureOf(difference, look);
  await taken(io.out, Buffer.from(answer));
  const grown = options.failOver === undefined ? [] : grownOver(rows, options.failOver);
  for (const line of linesOf(grown, options.failOver ?? 0)) io.err.write(`${line}\n`);
  // A line that is held against half a profile is not held.
  const isWhole = old.isCutShort !== true && now.isCutShort !== true;
  return grown.length === 0 && isWhole ? Exit.fine : Exit.bad;
};

/** What is beyond noise stands on how many samples there were: where that was guessed, people must know. */
const tellSamples = (io: Io, file: string, { format, tree }: Profile, perSample: number): void => {
  if (format !== 'folded' || perSample === 1) return;
  const samples = Math.round((tree.totalCounts()[0] ?? 0) / perSample);
  const name = file === '-' ? 'stdin' : harmless(file);
  io.err.write(
    `! ${name}: taken as ${samples} samples of ${perSample} each; --per-sample 1 takes every unit for one\n`,
  );
};

const mostTold = 20;

const linesOf = (grown: readonly FrameAnswer[], limit: number): readonly string[] => {
  if (grown.length === 0) return [];
  const told = grown.slice(0, mostTold).map(({ path, before, after, change }) => {
    const frame = path.slice(path.lastIndexOf(';') + 1);
    return `  ${changeInWords(change).padStart(9)}  ${percent(before)} to ${percent(after)}  ${harmless(frame)}`;
  });
  const more = grown.length > mostTold ? [`  … and ${grown.length - mostTold} more; --json names all`] : [];
  return [`${grown.length} frames grew by more than ${100 * limit} %, beyond sampling noise:`, ...told, ...more];
};

const percent = (value: number): string => `${(100 * value).toFixed(2)} %`.padStart(8);

const positive = (text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('a number above 0, please.');
};

const share = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text.trim());
  if (match !== null) return Number(match[1]) / 100;
  throw new InvalidArgumentError('a percentage like 10%, please.');
};
