import * as z from 'zod';
import { poolName } from '../../../pool/name.ts';
import { privateNetworks } from '../../../pool/url-allowed.ts';
import { network } from './address.ts';
import { redisSection } from './redis.ts';

export const poolSection = z
  .strictObject({
    name: poolName.describe('Name of the pool, part of every key in Redis.'),
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
