import * as z from 'zod';

/** A file, absolute or relative to the folder of the configuration file. */
export const filePath = z.string().min(1).meta({ 'x-unit': 'file' });

/** A file that is read while the program runs, wherever it was started. */
export const absolutePath = z
  .string()
  .startsWith('/', { error: ({ input }) => `${JSON.stringify(input)} is not absolute; begin it with /` })
  .meta({ 'x-unit': 'file, absolute' });
