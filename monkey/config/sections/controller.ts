import * as z from 'zod';
import { duration } from '../../../pool/units.ts';

export const controllerSection = z
  .strictObject({
    id: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('Its name in the pool; without it, host name and process number.'),
    mode: z
      .enum(['observe', 'act'])
      .default('observe')
      .describe(
        '`observe` tells what it would do, and touches no node; `act` takes silent nodes off the list and rescues them. Either delivers notices.',
      ),
    lease: duration(1_000, 60_000)
      .prefault('5s')
      .describe('How long it leads without renewing; another takes over after that.'),
    rounds: duration(100, 60_000).prefault('1s').describe('Pause between two looks at the pool.'),
  })
  .refine(({ lease, rounds }) => rounds * 2 <= lease, {
    path: ['rounds'],
    error: 'is more than half of lease: it would run out between two looks',
    when: ({ value }) =>
      value instanceof Object && ['lease', 'rounds'].every((key) => typeof Reflect.get(value, key) === 'number'),
  })
  .prefault({})
  .describe('What the controller does.');
