import * as z from 'zod';
import { privateNetworks } from '../../../pool/url-allowed.ts';
import { network } from './address.ts';
import { redisSection } from './redis.ts';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a pool name; use 1 to 63 lower-case letters, digits and hyphens, like web`,
  })
  .describe('Name of the pool, part of every key in Redis.')
  .meta({ examples: ['web'], 'x-unit': 'name' });

export const poolSection = z
  .strictObject({
    name,
    redis: redisSection,
    allowedNetworks: z
      .array(network)
      .min(1, 'is empty: no node could ever join')
      .default([...privateNetworks])
      .describe(
        'Networks that the URLs of nodes may lie in; others are refused at join and ignored by the proxy. Link-local addresses always are.',
      ),
    allowedNames: z
      .array(z.string().min(1))
      .default([])
      .describe('Host names that the URLs of nodes may have instead of an address.')
      .meta({ examples: [['web-1.internal']] }),
  })
  .describe('Which pool this is about, and where it is kept.');
