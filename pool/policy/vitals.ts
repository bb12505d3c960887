/** What sickness is, as people write it. */
import * as z from 'zod';
import { duration, formatShare, share } from '../units.ts';
import { check, disk, memory, oom, pressure } from './findings.ts';
import { against, whenNumbers } from './words.ts';

const cpu = z
  .strictObject({
    threshold: share(0.01).prefault('90%').describe("Sick at or over this share of the node's CPU."),
    clear: share(0).prefault('70%').describe('Calm only at or below this share; must be less than `threshold`.'),
    thread: share(0.01)
      .prefault('95%')
      .describe("Sick as well when the app's busiest thread takes this share of one core or more."),
  })
  .refine(({ clear, threshold }) => clear < threshold, {
    path: ['clear'],
    error: against('clear', 'not less than', 'threshold', formatShare, ': a node would be sick and calm at once'),
    when: whenNumbers('clear', 'threshold'),
  })
  .prefault({})
  .describe('When CPU counts as sick.');

const rounds = z
  .strictObject({
    sick: z.int().min(1).max(100).default(3).describe('This many rounds must have been sick …'),
    of: z.int().min(1).max(100).default(5).describe('… of this many last ones.'),
  })
  .refine(({ sick, of }) => sick <= of, {
    path: ['sick'],
    error: against('sick', 'more than', 'of', String, ': so many rounds can never be sick'),
    when: whenNumbers('sick', 'of'),
  })
  .prefault({})
  .describe('How long sickness must last before it is believed.');

export const vitals = z
  .strictObject({
    cpu,
    memory,
    oom,
    check,
    pressure,
    disk,
    rounds,
    grace: duration(0)
      .prefault('2m')
      .describe('Nothing is found sick for this long after boot: starting is busy work.'),
  })
  .prefault({})
  .describe('What sickness is.');
