/** Addresses as people write them: URLs without secrets, networks. */
import ipaddr from 'ipaddr.js';
import * as z from 'zod';

/** Where a password goes that stood in a URL. */
export const redisPasswordPlaces =
  'set DOCTOR_MONKEY_REDIS_PASSWORD, or name a file in pool.redis.passwordFile; secrets do not belong in this file';

/** What was written, unless a password may be part of it. */
const shown = (text: string): string => (text.includes('@') ? '' : `${JSON.stringify(text)} `);

const parsedUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** A base URL over HTTP without user, password, query or fragment. The output has no trailing slash. */
export const httpUrl = (example: string) =>
  z
    .string()
    .meta({ examples: [example], 'x-unit': 'http(s) URL' })
    .transform((text, context): string => {
      const url = parsedUrl(text);
      const problem = httpProblem(text, url, example);
      if (problem === undefined) return text.replace(/\/+$/, '');
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    });

/** Like {@link httpUrl}, and with nothing after the port: what requests are sent to. */
export const httpOrigin = (example: string) =>
  httpUrl(example).refine((url) => new URL(url).pathname === '/', {
    error: `has a path; an origin ends with the port, like ${example}`,
  });

const httpProblem = (text: string, url: URL | undefined, example: string): string | undefined => {
  if (url !== undefined && (url.username !== '' || url.password !== ''))
    return `holds a user or password, which is never sent to it; write it like ${example}`;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '')
    return `${shown(text)}is not an http(s) URL; write it like ${example}`;
  if (url.search !== '' || url.hash !== '') return `has a query or a fragment; write it like ${example}`;
  return undefined;
};

/** `redis://host:6379/0`, `rediss://` for TLS, or `unix:///path/to.sock`; without a user or password. */
export const redisUrl = z
  .string()
  .meta({ examples: ['redis://10.0.0.5:6379/0'], 'x-unit': 'redis URL' })
  .transform((text, context): string => {
    const url = parsedUrl(text);
    const problem = redisProblem(text, url);
    if (problem === undefined) return text;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });

const redisProblem = (text: string, url: URL | undefined): string | undefined => {
  if (url?.password !== undefined && url.password !== '') return `holds a password; ${redisPasswordPlaces}`;
  if (url?.username !== undefined && url.username !== '') return 'holds a user; name it in pool.redis.username';
  if (url?.protocol === 'unix:' && url.pathname.length > 1) return undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '')
    return `${shown(text)}is not a redis URL; write it like redis://10.0.0.5:6379/0`;
  if (!/^(\/\d*)?$/.test(url.pathname)) return `ends with ${url.pathname}, which is no number of a database`;
  if (url.search !== '' || url.hash !== '') return 'has a query or a fragment, which mean nothing here';
  return undefined;
};

/** A network in CIDR notation, IPv4 or IPv6. */
export const network = z
  .string()
  .meta({ examples: ['10.0.0.0/8'], 'x-unit': 'network' })
  .refine((text) => ipaddr.isValidCIDR(text), {
    error: ({ input }) => `${JSON.stringify(input)} is not a network; write it like 10.0.0.0/8`,
  });
