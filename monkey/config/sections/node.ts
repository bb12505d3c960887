import * as z from 'zod';
import { httpOrigin } from './address.ts';

export const nodeSection = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.-]{1,64}$/, {
        error: ({ input }) =>
          `${JSON.stringify(input)} is not a node id; use 1 to 64 letters, digits, dots, hyphens and underscores`,
      })
      .optional()
      .describe("The node's id; without it, the instance id that the metadata service tells.")
      .meta({ examples: ['i-0123456789abcdef0'] }),
    url: httpOrigin('http://10.0.0.7:8080').describe('Where routers send requests to.'),
    service: z.string().min(1).max(63).optional().describe("What the app is called; without it, the pool's name."),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Port that the app listens on here, where it is not the one of `url`: connections to it are counted.'),
  })
  .describe('The server that an agent runs on.');
