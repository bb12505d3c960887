import * as z from 'zod';
import { privateNetworks } from '../../../pool/url-allowed.ts';
import { network, redisUrl } from './address.ts';
import { filePath } from './file-path.ts';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a pool name; use 1 to 63 lower-case letters, digits and hyphens, like web`,
  })
  .describe('Name of the pool, part of every key in Redis.')
  .meta({ examples: ['web'], 'x-unit': 'name' });

const tls = z
  .strictObject({
    ca: filePath.optional().describe('PEM file of the authority that signed the certificate of Redis.'),
    cert: filePath.optional().describe('PEM file of our own certificate, where Redis asks for one.'),
    key: filePath.optional().describe('PEM file of the key of `cert`.'),
    serverName: z.string().min(1).optional().describe('Name in the certificate, where it is not the host of the URL.'),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    error: 'has one of cert and key; they only work together',
  });

const redis = z
  .strictObject({
    url: redisUrl.describe('Where Redis is. Never holds a password.'),
    username: z.string().min(1).optional().describe('User of an access list (ACL); without it, the default user.'),
    passwordFile: filePath
      .optional()
      .describe(
        'File that holds the password. DOCTOR_MONKEY_REDIS_PASSWORD comes first; the systemd credential `redis-password` last.',
      ),
    tls: tls
      .optional()
      .describe('How to trust a Redis behind `rediss://`; without it, by the authorities of the system.'),
  })
  .refine(({ url, tls: given }) => given === undefined || !url.startsWith('redis:'), {
    path: ['tls'],
    error: 'means nothing to a redis:// URL; write rediss://',
    when: ({ value }) => value instanceof Object && typeof Reflect.get(value, 'url') === 'string',
  })
  .describe('The Redis that holds the pool.');

export const poolSection = z
  .strictObject({
    name,
    redis,
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
