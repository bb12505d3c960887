/** Who answers where Redis should: known by the first bytes that come. */
import type { Redis } from 'ioredis';

/** Why this is no answer of Redis; undefined: it may be one. */
export const strangerIn = (first: Buffer): string | undefined => {
  const [type] = first;
  if (type === undefined || answers.has(type)) return undefined;
  const who = whoSays(first);
  return `${who}, which does not speak Redis's protocol: check the address of Redis`;
};

/** Tells of each connection who is no Redis, before the client library chokes on what they say; `undefined`: it begins. */
export const watchStrangers = (redis: Redis, tell: (stranger: string | undefined) => void): void => {
  redis.on('connecting', () => tell(undefined));
  redis.on('connect', () => {
    redis.stream.prependOnceListener('data', (first: unknown) => {
      if (Buffer.isBuffer(first)) tell(strangerIn(first));
    });
  });
};

/** How a reply begins, RESP3 among them: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const answers: ReadonlySet<number> = new Set(Buffer.from('+-:$*_#,(!=%~>|'));

const whoSays = (first: Buffer): string => {
  const text = first.toString('latin1', 0, mostQuoted);
  if (text.startsWith('HTTP/')) return 'an HTTP server answers there';
  if (text.startsWith('SSH-')) return 'an SSH server answers there';
  const [words = ''] = /^[\x20-\x7e]*/.exec(text) ?? [];
  return words === '' ? 'something answers there' : `something answers there with ${JSON.stringify(words)}`;
};
const mostQuoted = 40;
