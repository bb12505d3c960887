import * as z from 'zod';

/** What a pool may be called: it is part of every key in Redis. */
export const poolName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a pool name; use 1 to 63 lower-case letters, digits and hyphens, like web`,
  })
  .meta({ examples: ['web'], 'x-unit': 'name' });
