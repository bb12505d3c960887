/** Where the pool's Redis is: one server, one that Sentinels watch over, or a Redis Cluster; and how we are let in. */
import * as z from 'zod';
import { parseHostPort } from '../../../pool/redis/host-port.ts';
import { redisUrl } from './address.ts';
import { filePath } from './file-path.ts';

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

const hostPort = z
  .string()
  .meta({ examples: ['10.0.0.5:26379'], 'x-unit': 'HOST:PORT' })
  .refine((text) => parseHostPort(text) !== undefined, {
    error: ({ input }) =>
      String(input).includes('@')
        ? 'is not HOST:PORT; a password goes into DOCTOR_MONKEY_SENTINEL_PASSWORD'
        : `${JSON.stringify(input)} is not HOST:PORT; write it like 10.0.0.5:26379`,
  });

const clusterUrl = redisUrl.refine(
  (url) => !url.startsWith('unix:') && ['', '/', '/0'].includes(new URL(url).pathname),
  {
    error: 'names a socket or a database; a node of a Redis Cluster has neither, write it like redis://10.0.0.5:6379',
  },
);

/** A duration of zod's `when`: said also where another key of the section is wrong. */
const always = { when: ({ value }: { readonly value: unknown }): boolean => value instanceof Object };
const has = (value: unknown, key: string): boolean => value instanceof Object && Reflect.get(value, key) !== undefined;

const ofSentinels = ['sentinelName', 'sentinelUsername', 'sentinelPasswordFile', 'sentinelTls'] as const;

export const redisSection = z
  .strictObject({
    url: redisUrl.optional().describe('Where Redis is. Never holds a password. Or `sentinels`, or `cluster`.'),
    sentinels: z
      .array(hostPort)
      .min(1)
      .optional()
      .describe('Sentinels that know which Redis is the master; all of them, the first that answers is believed.'),
    sentinelName: z
      .string()
      .min(1)
      .optional()
      .describe('What the Sentinels call the master.')
      .meta({ examples: ['mymaster'] }),
    sentinelUsername: z.string().min(1).optional().describe('User of the Sentinels’ own access list.'),
    sentinelPasswordFile: filePath
      .optional()
      .describe(
        'File that holds the password of the Sentinels. DOCTOR_MONKEY_SENTINEL_PASSWORD comes first; the systemd credential `sentinel-password` last.',
      ),
    sentinelTls: tls
      .optional()
      .describe('Reach the Sentinels over TLS, and trust them so; `{}`: by the authorities of the system.'),
    cluster: z
      .array(clusterUrl)
      .min(1)
      .optional()
      .describe('Nodes of a Redis Cluster, some or all: they say which of them holds the pool.'),
    username: z.string().min(1).optional().describe('User of an access list (ACL); without it, the default user.'),
    passwordFile: filePath
      .optional()
      .describe(
        'File that holds the password. DOCTOR_MONKEY_REDIS_PASSWORD comes first; the systemd credential `redis-password` last.',
      ),
    tls: tls
      .optional()
      .describe(
        'How to trust a Redis behind `rediss://`; without it, by the authorities of the system. With `sentinels`: reach Redis over TLS.',
      ),
  })
  .refine((value) => ['url', 'sentinels', 'cluster'].some((key) => has(value, key)), {
    path: ['url'],
    error: 'is missing; expected a redis URL',
    ...always,
  })
  .refine((value) => ['url', 'sentinels', 'cluster'].filter((key) => has(value, key)).length <= 1, {
    error: 'has more than one of url, sentinels and cluster; only one of them can be where the pool is',
    ...always,
  })
  .refine((value) => !has(value, 'sentinels') || has(value, 'sentinelName'), {
    path: ['sentinelName'],
    error: 'is missing; Sentinels watch over several masters, and must be asked for one by its name',
    ...always,
  })
  .refine((value) => has(value, 'sentinels') || !ofSentinels.some((key) => has(value, key)), {
    path: ['sentinels'],
    error: 'is missing; expected a list of HOST:PORT, since other keys speak of Sentinels',
    ...always,
  })
  .refine(({ cluster }) => new Set((cluster ?? []).map((url) => new URL(url).protocol)).size <= 1, {
    path: ['cluster'],
    error: 'mixes redis:// and rediss://',
  })
  .refine(({ url, cluster, tls: given }) => given === undefined || !(url ?? cluster?.[0] ?? '').startsWith('redis:'), {
    path: ['tls'],
    error: 'means nothing to a redis:// URL; write rediss://',
    when: ({ value }) =>
      has(value, 'url')
        ? typeof Reflect.get(Object(value), 'url') === 'string'
        : Array.isArray(Reflect.get(Object(value), 'cluster')),
  })
  .describe('The Redis that holds the pool: one of `url`, `sentinels` and `cluster`.');
