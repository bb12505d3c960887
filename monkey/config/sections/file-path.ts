import { z } from 'zod';

/** A file, absolute or relative to the folder of the configuration file. */
export const filePath = z.string().min(1).meta({ 'x-unit': 'file' });
