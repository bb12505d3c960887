/** When treatments may begin, as people write it. */
import * as z from 'zod';
import { formatTimeOfDay, timeOfDay, timeZone } from '../units.ts';
import { against, whenNumbers } from './words.ts';

/** As JavaScript counts them: Sunday is 0. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const window = z
  .strictObject({
    days: z
      .array(z.enum(weekdays))
      .min(1, 'names no day: the window would never be open')
      .prefault(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
      .describe('Days on which it opens.'),
    from: timeOfDay().prefault('00:00').describe('Open from this time …'),
    to: timeOfDay()
      .prefault('24:00')
      .describe('… to before this one; where that is earlier, to this time of the next day.'),
    zone: timeZone().default('UTC').describe('Time zone of its days and times; summer time is followed.'),
  })
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    error: against('to', 'the same as', 'from', formatTimeOfDay, ': the window would never be open'),
    when: whenNumbers('from', 'to'),
  })
  .refine(({ from }) => from !== 24 * 60, {
    path: ['from'],
    error: '24:00 is the end of a day; write 00:00 of the next one',
    when: whenNumbers('from'),
  })
  .describe('A time of the week.');

export const windows = z
  .array(window)
  .min(1, 'names no window: no treatment could ever begin; leave it out where treatments may always begin')
  .max(50)
  .optional()
  .describe('Treatments begin only while one of these is open; without them, always.');

export type Window = z.output<typeof window>;
