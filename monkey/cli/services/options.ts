/** Options that the commands on services share: which fleet, what is unhealthy, and how to answer. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatMs, parseMs } from '../../../pool/units.ts';
import { inventoryUrlOf } from '../../services/inventory/inventory-url.ts';
import type { Thresholds } from '../../services/judge.ts';
import { type PoolOptions, withWhichPool } from '../pool-options.ts';
import { type Format, formats } from './formats.ts';

export interface FleetOptions extends PoolOptions {
  readonly inventory?: URL;
  readonly cpUrl?: URL;
  readonly timeout: number;
  readonly deadline: number;
  readonly concurrency: number;
  readonly cpuThreshold: number;
  readonly memThreshold: number;
  readonly json?: true;
  readonly output: Format;
}

export const withFleetOptions = (command: Command): Command =>
  withWhichPool(command)
    .addOption(
      new Option(
        '--inventory <url>',
        'ask this provider for its servers, like http://127.0.0.1:8080; no pool is needed',
      )
        .argParser(inventory)
        .conflicts(['redis', 'pool', 'cpUrl']),
    )
    .addOption(new Option('--cp-url <url>', 'the same').argParser(inventory).conflicts(['redis', 'pool']))
    .addOption(
      withDefault('--timeout <duration>', 'inventory: the longest that one question may take', upTo('10m'), 5_000),
    )
    .addOption(
      withDefault(
        '--deadline <duration>',
        'inventory: the longest that reading all servers may take',
        upTo('1h'),
        60_000,
      ),
    )
    .option('--concurrency <number>', 'inventory: the most questions at once', wholeNumber(1, 256), 64)
    .addOption(threshold('--cpu-threshold', 'CPU'))
    .addOption(threshold('--mem-threshold', 'memory'))
    .option('--json', 'answer in JSON, for programs; the same as --output json')
    .addOption(new Option('--output <format>', 'how to answer').choices(formats).default('table'));

/** An option of a time, whose default help shows as it would be typed. */
export const withDefault = (flags: string, text: string, parse: (text: string) => number, ms: number): Option =>
  new Option(flags, text).argParser(parse).default(ms, formatMs(ms));

const threshold = (flag: string, what: string): Option =>
  new Option(`${flag} <percent>`, `a server is unhealthy where its ${what} is over this`)
    .argParser(percent)
    .default(0.9, '90%');

export const formatOf = ({ json, output }: Pick<FleetOptions, 'json' | 'output'>): Format =>
  json === true ? 'json' : output;

export const thresholdsOf = ({ cpuThreshold, memThreshold }: FleetOptions): Thresholds => ({
  cpuShare: cpuThreshold,
  memoryShare: memThreshold,
});

const inventory = (text: string): URL => {
  const judged = inventoryUrlOf(text);
  if (judged.kind === 'url') return judged.url;
  throw new InvalidArgumentError(`It ${judged.because}.`);
};

export const upTo =
  (most: string) =>
  (text: string): number => {
    const ms = parseMs(text);
    if (ms !== undefined && ms >= 10 && ms <= (parseMs(most) ?? 0)) return ms;
    throw new InvalidArgumentError(`A duration like 3s, from ${formatMs(10)} to ${most}, please.`);
  };

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`A whole number from ${least} to ${most}, please.`);
  };

const percent = (text: string): number => {
  const [, digits] = /^(\d+(?:\.\d+)?)%?$/.exec(text) ?? [];
  const value = Number(digits ?? Number.NaN);
  if (value > 0 && value <= 1 && !text.endsWith('%'))
    throw new InvalidArgumentError(
      `Is ${text} a share? Write ${Number((value * 100).toPrecision(6))}%, or ${text}% if that is meant.`,
    );
  if (value <= 100) return value / 100;
  throw new InvalidArgumentError('A percentage from 0 to 100, like 90 or 90%, please.');
};
