import * as z from 'zod';

export const logSection = z
  .strictObject({
    level: z.enum(['info', 'warn', 'error']).default('info').describe('What is logged: this and what is graver.'),
  })
  .prefault({})
  .describe('The log, on stderr.');
