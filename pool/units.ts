/**
 * How durations and shares are written by people (`250ms`, `30s`, `5m`, `2h`, `1d`; `90%`), as zod types.
 * Inside everything is milliseconds and shares of 1.
 */
import { z } from 'zod';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration of at least `minMs` and at most `maxMs`; the output is milliseconds. */
export const duration = (minMs = 0, maxMs = 365 * unitMs.d) =>
  z.string().transform((text, context): number => {
    const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
    const ms = found === null ? Number.NaN : Number(found[1]) * unitMs[found[2] as keyof typeof unitMs];
    const problem = Number.isNaN(ms)
      ? `${JSON.stringify(text)} is not a duration; write it like 30s or 5m`
      : ms < minMs
        ? `${text} is less than ${formatMs(minMs)}`
        : ms > maxMs
          ? `${text} is more than ${formatMs(maxMs)}`
          : undefined;
    if (problem === undefined) return ms;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });

/** A share of at least `min` and at most `max` (of 1); the output is a number of 1. */
export const share = (min = 0, max = 1) =>
  z.string().transform((text, context): number => {
    const found = /^(\d+(?:\.\d+)?)%$/.exec(text);
    const value = found === null ? Number.NaN : Number(found[1]) / 100;
    const problem = Number.isNaN(value)
      ? `${JSON.stringify(text)} is not a share; write it like 90%`
      : value < min
        ? `${text} is less than ${formatShare(min)}`
        : value > max
          ? `${text} is more than ${formatShare(max)}`
          : undefined;
    if (problem === undefined) return value;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });

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
