/**
 * How durations, shares and times of day are written by people (`250ms`, `30s`, `5m`, `2h`, `1d`; `90%`; `22:30`), as
 * zod types. Inside everything is milliseconds, shares of 1, and minutes since midnight.
 */
import * as z from 'zod';

const unitMs = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const longestMs = 365 * 86_400_000;

/** How one kind of quantity is written, read and told again. */
interface Notation {
  readonly name: string;
  readonly example: string;
  readonly pattern: RegExp;
  /** The number that the pattern's groups stand for. */
  readonly read: (amount: number, unit: string) => number;
  readonly show: (value: number) => string;
}

const durationNotation: Notation = {
  name: 'duration',
  example: '30s or 5m',
  pattern: /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/,
  read: (amount, unit) => amount * (unitMs.get(unit) ?? Number.NaN),
  show: (ms) => formatMs(ms),
};

const shareNotation: Notation = {
  name: 'share',
  example: '90%',
  pattern: /^(\d+(?:\.\d+)?)(%)$/,
  read: (amount) => amount / 100,
  show: (value) => formatShare(value),
};

/** A duration of at least `minMs` and at most `maxMs`; the output is milliseconds. */
export const duration = (minMs = 0, maxMs = longestMs): ReturnType<typeof quantity> =>
  quantity(durationNotation, minMs, maxMs);

/** A share of at least `min` and at most `max` (of 1); the output is a number of 1. */
export const share = (min = 0, max = 1): ReturnType<typeof quantity> => quantity(shareNotation, min, max);

const timeOfDayNotation: Notation = {
  name: 'time of day',
  example: '22:30',
  pattern: /^(\d{2}):([0-5]\d)$/,
  read: (hours, minutes) => hours * 60 + Number(minutes),
  show: (minutes) => formatTimeOfDay(minutes),
};

/** A time of day from `00:00` to `24:00`; the output is minutes since midnight. */
export const timeOfDay = (): ReturnType<typeof quantity> => quantity(timeOfDayNotation, 0, 24 * 60);

/** A time zone by its name, such as `Europe/Berlin`, as far as this machine knows it. */
export const timeZone = () =>
  z
    .string()
    .meta({ 'x-unit': 'time zone', examples: ['Europe/Berlin'] })
    .refine(isTimeZone, {
      error: ({ input }) => `${JSON.stringify(input)} is not a time zone; write it like Europe/Berlin`,
    });

/** Offsets such as `+01:00`, which some versions of Intl take, know no summer time: names only. */
const isTimeZone = (name: string): boolean => {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
};

const quantity = (notation: Notation, min: number, max: number) =>
  z
    // A bare number is the commonest slip: it is told how to write the unit, like any other text.
    .string({ error: ({ input }) => (input === undefined || input === null ? undefined : notWritten(notation, input)) })
    .meta({
      pattern: notation.pattern.source,
      'x-unit': notation.name,
      'x-least': notation.show(min),
      ...(max === longestMs ? {} : { 'x-most': notation.show(max) }),
    })
    .transform((text, context): number => {
      const [, amount, unit] = notation.pattern.exec(text) ?? [];
      const value = notation.read(Number(amount ?? Number.NaN), unit ?? '');
      if (value >= min && value <= max) return value;
      context.addIssue({ code: 'custom', message: wrong(notation, text, value, min, max) });
      return z.NEVER;
    });

const wrong = (notation: Notation, text: string, value: number, min: number, max: number): string => {
  if (value < min) return `${text} is less than ${notation.show(min)}`;
  if (value > max) return `${text} is more than ${notation.show(max)}`;
  return notWritten(notation, text);
};

const notWritten = ({ name, example }: Notation, input: unknown): string =>
  `${JSON.stringify(input)} is not a ${name}; write it like ${example}`;

/** The milliseconds of a duration as people write it; undefined where it is none. */
export const parseMs = (text: string): number | undefined => {
  const [, amount, unit] = durationNotation.pattern.exec(text) ?? [];
  return amount === undefined ? undefined : durationNotation.read(Number(amount), unit ?? '');
};

/** `90000` → `1m 30s`; rounded to whole milliseconds below a second, to 0.1 s below ten. */
export const formatMs = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 10_000) return `${Number((ms / 1_000).toFixed(1))}s`;
  const seconds = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
};

/** `0.985` → `98.5%`. */
export const formatShare = (value: number): string => `${Number((value * 100).toFixed(1))}%`;

/** `1350` → `22:30`. */
export const formatTimeOfDay = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `3650722202` → `3.4 GiB`; whole from a hundred of a unit on. */
export const formatBytes = (bytes: number): string => {
  const unit = byteUnitOf(bytes);
  return `${inByteUnit(bytes, unit)} ${byteUnits[unit] ?? ''}`;
};

/** `1.2 → 3.4 GiB`: the unit once, where both have the same. */
export const formatByteSpan = (from: number, to: number): string =>
  byteUnitOf(from) === byteUnitOf(to)
    ? `${inByteUnit(from, byteUnitOf(from))} → ${formatBytes(to)}`
    : `${formatBytes(from)} → ${formatBytes(to)}`;

const byteUnitOf = (bytes: number): number =>
  Math.max(0, Math.min(byteUnits.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));

const inByteUnit = (bytes: number, unit: number): string => {
  const value = bytes / 1_024 ** unit;
  return String(Number(value.toFixed(value < 100 && unit > 0 ? 1 : 0)));
};
