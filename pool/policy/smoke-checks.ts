/** What a node must pass before it serves, as people write it. */
import * as z from 'zod';
import { checkSchema } from '../checks.ts';
import { duration, formatMs } from '../units.ts';
import { against, whenNumbers } from './words.ts';

export const checks = z
  .strictObject({
    deadline: duration(100).prefault('2m').describe('All checks must have passed by then.'),
    every: duration(10).prefault('1s').describe('Pause between tries.'),
    timeout: duration(10).prefault('2s').describe('How long one try may take.'),
    run: z
      .array(checkSchema)
      .min(1, 'needs at least one check: a node without checks would serve unproven')
      .max(50)
      .prefault([{ kind: 'content' }, { kind: 'status' }, { kind: 'address' }])
      .describe('The checks, in the order in which they are told.'),
  })
  .refine(({ every, deadline }) => every < deadline, {
    path: ['every'],
    error: against('every', 'not less than', 'deadline', formatMs, ': there would be no second try'),
    when: whenNumbers('every', 'deadline'),
  })
  .refine(({ timeout, deadline }) => timeout <= deadline, {
    path: ['timeout'],
    error: against('timeout', 'more than', 'deadline', formatMs, ', which ends all tries'),
    when: whenNumbers('timeout', 'deadline'),
  })
  .prefault({})
  .describe('What a node must pass before it serves.');
