import { parse, validateDetailed } from 'node-cron';
import * as z from 'zod';

/** When rounds begin, as node-cron reads it: 5 fields, or 6 with seconds first. */
export const cron = z
  .string()
  .meta({ examples: ['*/30 * * * * *'], 'x-unit': 'cron expression' })
  .refine((text) => validateDetailed(text).valid, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a cron expression${reason(String(input))}; */30 * * * * * is every 30 s`,
  });

const reason = (text: string): string => {
  const first = validateDetailed(text).errors[0];
  return first === undefined ? '' : ` (${first.message})`;
};

const dayMs = 86_400_000;

/**
 * The shortest pause between two rounds of a valid expression, within one day: seconds, minutes and hours are
 * laid out over the day, whatever the day. A single round a day is a day.
 */
export const shortestGapMs = (text: string): number => {
  const { second, minute, hour } = parse(text);
  const times = hour.flatMap((h) => minute.flatMap((m) => second.map((s) => (h * 3_600 + m * 60 + s) * 1_000)));
  times.sort((a, b) => a - b);
  const first = times[0] ?? 0;
  return [...times.slice(1), first + dayMs].reduce(
    (shortest, time, index) => Math.min(shortest, time - (times[index] ?? 0)),
    dayMs,
  );
};
