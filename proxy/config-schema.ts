/** The `proxy` section of the configuration file. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { duration, share } from '../pool/units.ts';
import { parseListen } from './listen-address.ts';
import { routes, sticky } from './routes-schema.ts';

/** Timers of Node end at 2^31 ms; no wait of a router needs to be longer than a day. */
const dayMs = 86_400_000;

const listenForm = '[HOST:]PORT, like 127.0.0.1:8080';

/** A port alone is a number to YAML. */
const listenAddress = z
  .union([z.string(), z.int()], { error: `expected ${listenForm}` })
  .meta({ 'x-unit': 'address, [HOST:]PORT', examples: ['0.0.0.0:8080'] })
  .transform((written, context) => {
    const parsed = parseListen(String(written));
    if (parsed.kind === 'listen') return { host: parsed.host, port: parsed.port };
    context.addIssue({ code: 'custom', message: parsed.because });
    return z.NEVER;
  });

const network = z.string().refine((text) => isIP(text.split('/')[0] ?? '') !== 0 && ipaddr.isValidCIDR(text), {
  error: ({ input }) => `${JSON.stringify(input)} is not a network; write it like 10.0.0.0/8`,
});

const firstByteRule = z
  .strictObject({
    path: z.string().startsWith('/', 'a path starts with /').describe('Holds for this path and all below it.'),
    deadline: duration(10, dayMs).describe('How long the first byte of an answer may take there.'),
  })
  .describe('How long to wait for one path.');

const pemFile = z
  .string()
  .startsWith('/', { error: ({ input }) => `${JSON.stringify(input)} is not absolute; begin it with /` });

const tls = z
  .strictObject({
    cert: pemFile.describe('PEM file: the certificate, then those between it and the authority.'),
    key: pemFile.describe('PEM file of its key, without a passphrase.'),
  })
  .optional()
  .describe('Clients speak TLS (1.2 or newer). Changed files are used within seconds, for new connections.');

const retry = z
  .strictObject({
    share: share(0).prefault('20%').describe('At most this share of the requests in the window …'),
    window: duration(1_000, dayMs).prefault('10s').describe('… of this length …'),
    atLeast: z
      .int()
      .min(0)
      .default(10)
      .describe(
        '… but always this many. Tries that sent no byte are free: up to five nodes are asked to take a request.',
      ),
  })
  .prefault({})
  .describe('How many retries the pool is asked to bear.');

const outlierRules = z
  .strictObject({
    interval: duration(1_000, dayMs)
      .prefault('10s')
      .describe('How long requests are counted before nodes are compared.'),
    nodes: z
      .int()
      .min(2)
      .max(10_000)
      .default(6)
      .describe('With fewer nodes that had enough requests none is left out.'),
    requests: z.int().min(1).default(100).describe('A node that had fewer in the interval is not compared.'),
    factor: z
      .number()
      .min(0.1)
      .max(100)
      .default(1.9)
      .describe('How many standard deviations below the mean are too many.'),
    fine: share(0)
      .prefault('95%')
      .describe('A node that succeeds at this share of its requests is never left out for it.'),
  })
  .prefault({})
  .describe('Leaves out who fails clearly more requests than the others; answers of 5xx but 501 count as failed.');

const ejection = z
  .strictObject({
    failures: z
      .int()
      .min(1)
      .max(1_000)
      .default(5)
      .describe(
        'Failures in a row after which a node is left out. One that was only silent is first tried once more, at once.',
      ),
    time: duration(100, dayMs).prefault('10s').describe('For how long; doubles with each time in a row …'),
    longest: duration(100, dayMs).prefault('5m').describe('… up to this.'),
    most: share(0)
      .prefault('50%')
      .describe('Never leave out more than this share of the members. Who fails beyond it is asked last.'),
    panicBelow: share(0)
      .prefault('50%')
      .describe('While fewer than this share of the members is in, requests go to all of them.'),
    successRate: outlierRules,
  })
  .refine(({ time, longest }) => time <= longest, {
    path: ['longest'],
    error: 'is less than time, which it ends',
    when: ({ value }) =>
      value instanceof Object && ['time', 'longest'].every((key) => typeof Reflect.get(value, key) === 'number'),
  })
  .prefault({})
  .describe('A node that fails requests is left out for a while, without asking the pool.');

const webSocket = z
  .strictObject({
    idle: duration(1_000, dayMs).prefault('10m').describe('A WebSocket silent both ways for this long is closed.'),
    grace: duration(0, dayMs)
      .prefault('5s')
      .describe('How long a WebSocket may stay on a draining node before it is closed with 1001.'),
  })
  .prefault({})
  .describe('Connections that are upgraded.');

const limits = z
  .strictObject({
    headerBytes: z.int().min(1_024).max(1_048_576).default(16_384).describe('Of all headers of one request.'),
    bodyBytes: z
      .union([z.literal('off'), z.int().min(1)], {
        error: ({ input }) => `${JSON.stringify(input)} is no limit; write off, or a number of bytes like 10485760`,
      })
      .default('off')
      .describe(
        'Of the body of one request; a larger one is answered with 413. The router holds no body, whatever its size.',
      ),
    connections: z.int().min(1).default(10_000).describe('Client connections at once; more are closed.'),
    perAddress: z
      .int()
      .min(1)
      .default(1_000)
      .describe('Client connections of one address, or of one IPv6 /64; more are closed. Not of `trustedProxies`.'),
    inFlight: z.int().min(1).default(10_000).describe('Requests at once; more are answered with 503.'),
    headers: duration(100, dayMs).prefault('10s').describe("A request's headers must have come within this time."),
    request: duration(100, dayMs).prefault('5m').describe('A whole request must have come within this time.'),
    keepAlive: duration(0, dayMs)
      .prefault('65s')
      .describe("How long an idle client connection is kept; more than a load balancer's in front."),
  })
  .prefault({})
  .describe('What clients may take.');

/** Whose X-Forwarded-Host and -Proto are believed: a load balancer in front is on a network of its own kind. */
const nearNetworks = ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];

export const proxySchema = z.strictObject({
  listen: listenAddress.prefault('0.0.0.0:8080').describe('Where clients are served: `[HOST:]PORT`.'),
  admin: z
    .union([z.literal('off'), listenAddress], { error: `expected off, or ${listenForm}` })
    .prefault('127.0.0.1:8081')
    .describe('Where health, members and metrics are told: `[HOST:]PORT` or `off`.'),
  workers: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'Processes that serve the port together, on several cores. `limits` and `retry.atLeast` are divided among them.',
    ),
  choose: z
    .enum(['power-of-two', 'round-robin', 'least-in-flight'])
    .default('power-of-two')
    .describe(
      'How a node is chosen; `power-of-two`: of two drawn by weight, the one with less in flight and the faster answers. Weights and slow start count in all.',
    ),
  sticky: sticky.describe('Whose requests go to the same node again, of all that no route takes.'),
  routes,
  tls,
  connect: duration(10, 60_000).prefault('1s').describe('How long connecting to a node may take.'),
  reuseWithin: duration(0, dayMs)
    .prefault('1s')
    .describe(
      "A request that must not be sent twice (a POST, a body) rides on a connection to its node that was used within this time, or else on a new one. Keep it below the apps' keep-alive time (gunicorn: 2s); 0s: always a new one.",
    ),
  firstByte: z
    .array(firstByteRule)
    .max(100)
    .prefault([])
    .describe(
      'How long the first byte of an answer may take, by path; the longest path wins; elsewhere 3s. Then the answer is 504, unless the node answered nobody meanwhile: a GET is asked once more of another node, and a node that is silent while others answer is left out (`ejection.failures`). Give what is slow by design, like long polling, a deadline that it keeps.',
    ),
  idle: duration(100, dayMs).prefault('60s').describe('A body that does not move for this long is given up.'),
  retry,
  ejection,
  webSocket,
  limits,
  trustedProxies: z
    .array(network)
    .max(100)
    .default(nearNetworks)
    .describe('Peers whose X-Forwarded-Host and X-Forwarded-Proto are passed on; of others they are replaced.'),
  snapshotFile: z
    .string()
    .startsWith('/', { error: ({ input }) => `${JSON.stringify(input)} is not absolute; begin it with /` })
    .optional()
    .describe('Where the members are remembered, for a restart while Redis is away.'),
  accessLog: z
    .union([
      z.literal('off'),
      z.strictObject({
        path: z
          .string()
          .startsWith('/', { error: ({ input }) => `${JSON.stringify(input)} is not absolute; begin it with /` })
          .describe('A file, or a pipe that somebody reads. Opened anew on SIGHUP.'),
        sample: share(0).prefault('100%').describe('At random so many of the requests.'),
        query: z.boolean().default(false).describe('Write the query of targets too; secrets travel there.'),
      }),
    ])
    .prefault('off')
    .describe(
      'A line of JSON for requests that have ended, a WebSocket at its end. No header but Host is written; what could not be read is null.',
    ),
  stop: z
    .strictObject({
      deadline: duration(0, dayMs).prefault('25s').describe('Requests in flight may take this long to end.'),
    })
    .prefault({})
    .describe('How it ends.'),
});

export type ProxyConfig = z.output<typeof proxySchema>;
