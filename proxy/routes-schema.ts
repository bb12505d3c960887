/** `proxy.routes`: which requests go to which pool. */
import * as z from 'zod';
import { poolName } from '../pool/name.ts';

const host = z
  .string()
  .regex(/^(?:(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/i, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a host; write it like shop.example.com or *.example.com, without a port`,
  })
  .toLowerCase()
  .meta({ examples: ['shop.example.com', '*.example.com'], 'x-unit': 'host' });

const token = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, {
    error: ({ input }) => `${JSON.stringify(input)} is not a name of a cookie or header`,
  })
  .meta({ 'x-unit': 'name' });

/** Of a cookie or of a header; the values of each client should differ. */
export const sticky = z
  .union(
    [
      z.strictObject({ cookie: token.describe('All requests with the same value of this cookie …') }),
      z.strictObject({ header: token.describe('… or of this header.') }),
    ],
    { error: 'expected {cookie: NAME} or {header: NAME}' },
  )
  .transform((rule) =>
    'cookie' in rule
      ? { kind: 'cookie' as const, name: rule.cookie }
      : { kind: 'header' as const, name: rule.header.toLowerCase() },
  )
  .optional();

const route = z
  .strictObject({
    host: host.optional().describe('Host of the requests; `*.example.com` is every name below it. Without: any.'),
    path: z
      .string()
      .startsWith('/', 'a path starts with /')
      .optional()
      .describe('Path of the requests, and all below it. Without: any.'),
    pool: poolName.describe('Pool that they go to, in the same Redis.'),
    sticky: sticky.describe('Whose requests go to the same node again.'),
  })
  .refine((one) => one.host !== undefined || one.path !== undefined, 'has neither a host nor a path')
  .describe('Some requests, and their pool.');

export const routes = z
  .array(route)
  .max(1_000)
  .superRefine((all, context) => {
    const first = new Map<string, number>();
    for (const [at, { host: name = '', path = '' }] of all.entries()) {
      const before = first.get(`${name} ${path}`);
      if (before === undefined) first.set(`${name} ${path}`, at);
      else context.addIssue({ code: 'custom', path: [at], message: `routes[${before}] has the same host and path` });
    }
  })
  .prefault([])
  .describe(
    'Requests that go to other pools than `pool.name`. The most specific route wins: the host first, then the longest path.',
  );
