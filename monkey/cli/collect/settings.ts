/** What the options of `monkey collect` come to, and all that is wrong with them. Pure. */
import { formatMs, parseMs } from '../../../pool/units.ts';
import { withinDefaultMs } from '../../collect/canary/judge.ts';
import { defaultPrefix, parsePrefix } from '../../collect/format/prefix.ts';
import type { By, Of } from '../../collect/gauges-of.ts';
import { datagramBytesDefault, parseDatagramBytes } from '../../collect/send/pack.ts';
import { parseStatsd, type StatsdAddress } from '../../collect/send/statsd-address.ts';
import type { PoolOptions } from '../pool-options.ts';
import { type CanarySettings, canaryContradictions, canaryPlaceOf } from './canary-options.ts';
import type { CollectOptions } from './options.ts';

export interface CollectSettings {
  readonly hosts: HostsFrom;
  readonly statsd: StatsdSettings | null;
  readonly canary: CanarySettings | null;
  readonly prometheusFile: string | null;
  readonly prefix: string;
  readonly by: By;
  readonly of: Of;
  /** null: the biggest are not asked for. */
  readonly top: number | null;
  readonly once: boolean;
  readonly json: boolean;
  readonly intervalMs: number;
  readonly deadlineMs: number;
  readonly concurrency: number;
}

export type HostsFrom =
  | { readonly kind: 'named'; readonly lists: readonly string[]; readonly file: string | undefined }
  | { readonly kind: 'pool'; readonly options: PoolOptions };

export interface StatsdSettings {
  readonly to: StatsdAddress;
  readonly format: Format;
  readonly datagramBytes: number;
}

const formats = ['statsd', 'dogstatsd'] as const;
export type Format = (typeof formats)[number];

export interface SettingsRead {
  /** Where something is wrong, the default stands in its place, so that the rest can be looked at as well. */
  readonly settings: CollectSettings;
  readonly problems: readonly string[];
}

export const settingsOf = (options: CollectOptions): SettingsRead => {
  const problems = [...contradictions(options), ...canaryContradictions(options)];
  const taken = <T>(flag: string, read: Read<T>, otherwise: T): T => {
    if (read.kind === 'value') return read.value;
    problems.push(`${flag}: ${read.because}`);
    return otherwise;
  };
  const { interval = '60s', deadline = '5s', concurrency = '64', top, by = 'pid' } = options;
  const intervalMs = taken('--interval', duration(interval, 1_000, '1d'), 60_000);
  const settings: CollectSettings = {
    hosts: hostsFrom(options),
    statsd: statsdOf(options, taken),
    canary: canaryOf(options, intervalMs, taken),
    prometheusFile: options.prometheusFile ?? null,
    prefix: taken('--prefix', prefixIn(options.prefix), defaultPrefix),
    by: taken('--by', oneOf(['pid', 'command'], by), 'pid'),
    of: options.kernelThreads === true ? 'all' : 'those-with-memory',
    top: top === undefined ? null : taken('--top', wholeNumber(top, 1_000), 10),
    once: options.once === true,
    json: options.json === true || options.output === 'json',
    intervalMs,
    deadlineMs: taken('--deadline', duration(deadline, 100, '5m'), 5_000),
    concurrency: taken('--concurrency', wholeNumber(concurrency, 1_000), 64),
  };
  return { settings, problems };
};

type Read<T> = { readonly kind: 'value'; readonly value: T } | { readonly kind: 'refused'; readonly because: string };

type Taken = <T>(flag: string, read: Read<T>, otherwise: T) => T;

const hostsFrom = ({ hosts = [], hostsFile, pool, redis, config }: CollectOptions): HostsFrom => {
  if (pool === undefined) return { kind: 'named', lists: hosts, file: hostsFile };
  const where = { ...(redis !== undefined && { redis }), ...(config !== undefined && { config }) };
  return { kind: 'pool', options: { ...where, ...(pool !== true && { pool }) } };
};

/** Flags that do not go together, and those that would do nothing. */
const contradictions = (options: CollectOptions): readonly string[] => {
  const { hosts, hostsFile, pool, redis, config, statsd, format, maxDatagram, prefix, prometheusFile } = options;
  const isOnce = options.once === true ? 'is from round to round, and --once has one' : undefined;
  const named = hosts !== undefined || hostsFile !== undefined;
  const nowhere = statsd === undefined ? 'only says how --statsd sends: give that too' : undefined;
  const unnamed =
    statsd === undefined && prometheusFile === undefined ? 'names what is sent: give --statsd too' : undefined;
  const noPool = pool === undefined ? 'only says where --pool is: give that too' : undefined;
  return [
    ...(named || pool !== undefined ? [] : ['no hosts: give --hosts a,b:2222, --hosts-file FILE or --pool']),
    ...(named && pool !== undefined ? ['--pool does not go with --hosts or --hosts-file'] : []),
    ...without('--interval', options.interval, isOnce),
    ...without('--format', format, nowhere),
    ...without('--max-datagram', maxDatagram, nowhere),
    ...without('--prefix', prefix, unnamed),
    ...without('--redis', redis, noPool),
    ...without('--config', config, noPool),
  ];
};

const without = (flag: string, given: string | undefined, because: string | undefined): readonly string[] =>
  given === undefined || because === undefined ? [] : [`${flag} ${because}`];

const statsdOf = ({ statsd, format, maxDatagram }: CollectOptions, taken: Taken): StatsdSettings | null => {
  const size = maxDatagram === undefined ? value(datagramBytesDefault) : bytesIn(maxDatagram);
  const told = {
    format: taken('--format', oneOf(formats, format ?? 'statsd'), 'statsd'),
    datagramBytes: taken('--max-datagram', size, datagramBytesDefault),
  };
  if (statsd === undefined) return null;
  const to = taken<StatsdAddress | null>('--statsd', addressIn(statsd), null);
  return to === null ? null : { to, ...told };
};

const canaryOf = (options: CollectOptions, intervalMs: number, taken: Taken): CanarySettings | null => {
  const { canary, graphite, canaryUrl, canaryWithin: within } = options;
  if (canary === undefined || (graphite === undefined) === (canaryUrl === undefined)) return null;
  const otherwiseMs = withinDefaultMs(intervalMs);
  const withinMs =
    within === undefined ? otherwiseMs : taken('--canary-within', duration(within, 1_000, '12h'), otherwiseMs);
  const { placeOf, because } = canaryPlaceOf(options, withinMs);
  if (because !== null) taken(canaryFlag(options, because), refused(because), null);
  return { placeOf, withinMs };
};

const canaryFlag = ({ graphite }: CollectOptions, because: string): string => {
  if (graphite !== undefined) return '--graphite';
  return because.includes('JSONPath') ? '--canary-path' : '--canary-url';
};

const value = <T>(read: T): Read<T> => ({ kind: 'value', value: read });

const refused = (because: string): Read<never> => ({ kind: 'refused', because });

const addressIn = (text: string): Read<StatsdAddress> => {
  const parsed = parseStatsd(text);
  return parsed.kind === 'refused' ? parsed : value({ host: parsed.host, port: parsed.port });
};

const bytesIn = (text: string): Read<number> => {
  const parsed = parseDatagramBytes(text);
  return parsed.kind === 'refused' ? parsed : value(parsed.bytes);
};

const prefixIn = (text: string | undefined): Read<string> => {
  if (text === undefined) return value(defaultPrefix);
  const parsed = parsePrefix(text);
  return parsed.kind === 'refused' ? parsed : value(parsed.prefix);
};

const oneOf = <T extends string>(known: readonly T[], text: string): Read<T> => {
  const found = known.find((one) => one === text);
  return found === undefined ? refused(`${JSON.stringify(text)} is not ${known.join(' or ')}`) : value(found);
};

const wholeNumber = (text: string, most: number): Read<number> =>
  /^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= most
    ? value(Number(text))
    : refused(`${JSON.stringify(text)} is not a whole number from 1 to ${most}`);

const duration = (text: string, leastMs: number, most: string): Read<number> => {
  const ms = parseMs(text);
  if (ms !== undefined && ms >= leastMs && ms <= (parseMs(most) ?? 0)) return value(ms);
  return refused(`${JSON.stringify(text)} is not a duration from ${formatMs(leastMs)} to ${most}, written like 30s`);
};
