/** The steps of a treatment, as people write their times. */
import * as z from 'zod';
import { duration, formatMs } from '../units.ts';
import { against, whenNumbers } from './words.ts';

export const drain = z
  .strictObject({
    deadline: duration(100).prefault('30s').describe('A drain ends by then, whatever routers still count in flight.'),
    calm: duration(0)
      .prefault('5s')
      .describe('How long a drained node is watched before load and sickness can be told apart.'),
  })
  .prefault({})
  .describe('Taking a node out of rotation.');

export const reboot = z
  .strictObject({
    settle: duration(1_000)
      .prefault('4m')
      .describe('After a call whose reply was lost, wait this long for a new boot id before anything is asked again.'),
    deadline: duration(1_000)
      .prefault('10m')
      .describe(
        'Not back by then: the next remedy where a controller acts; at last quarantined, and a human is paged.',
      ),
  })
  .refine(({ settle, deadline }) => settle < deadline, {
    path: ['settle'],
    error: against(
      'settle',
      'not less than',
      'deadline',
      formatMs,
      ': after a lost reply EC2 could never be asked again',
    ),
    when: whenNumbers('settle', 'deadline'),
  })
  .prefault({})
  .describe('The remedy that restarts the machine.');

export const remedies = z
  .strictObject({
    skip: duration(0)
      .prefault('1d')
      .describe('A remedy after which the same finding came back is skipped for this long: the next one is tried.'),
  })
  .prefault({})
  .describe('The ladder of remedies that each finding has.');

export const restart = z
  .strictObject({
    deadline: duration(100).prefault('90s').describe('What restarts the service must have ended by then.'),
  })
  .prefault({})
  .describe('The first remedy of memory, OOM kills and failing checks, where `agent.service` says what to restart.');
