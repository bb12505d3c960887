import { isIPv6 } from 'node:net';
import * as z from 'zod';
import { duration } from '../../../pool/units.ts';

/** `statsd`, `10.0.0.7:9125`, `[::1]:8125`: as `monkey collect --statsd` takes it. */
const isStatsd = (text: string): boolean => {
  const found = /^(?:\[([^[\]]+)\]|[^\s:/[\]@,]+)(?::(\d{1,5}))?$/.exec(text);
  if (found === null) return false;
  const [, ipv6, port = '1'] = found;
  return (ipv6 === undefined || isIPv6(ipv6)) && Number(port) >= 1 && Number(port) <= 65_535;
};

const statsd = z
  .string()
  .meta({ examples: ['statsd.internal:8125'], 'x-unit': 'HOST[:PORT]' })
  .refine(isStatsd, {
    error: ({ input }) => `${JSON.stringify(input)} is not HOST[:PORT]; write it like statsd.internal or [::1]:8125`,
  })
  .describe('Where metrics go, by UDP; without a port, 8125.');

const prefix = z
  .string()
  .max(100, 'has more than 100 characters')
  .regex(/^[a-z][\w-]*(\.[\w-]+)*$/i, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is no prefix: letters, digits, _ and -, with single dots between, a letter first`,
  })
  .default('memory_usage')
  .describe('What the name of every metric begins with.');

export const collectSection = z
  .strictObject({
    statsd,
    interval: duration(1_000, 3_600_000).prefault('60s').describe('Pause between two rounds of metrics.'),
    by: z
      .enum(['pid', 'command'])
      .default('pid')
      .describe(
        'A metric for each process, or for all processes of a name together, which metrics servers bear better.',
      ),
    prefix,
    format: z
      .enum(['statsd', 'dogstatsd'])
      .default('statsd')
      .describe('`statsd` has host, command and pid in the name of a metric, `dogstatsd` in its tags.'),
    maxDatagram: z
      .int()
      .min(64, 'is less than 64 bytes, which hardly a metric fits into')
      .max(65_507, 'is more than 65507 bytes, which UDP does not carry')
      .default(1_432)
      .describe('Bytes of a datagram at most.'),
    host: z
      .string()
      .regex(/^[^\s/@,]{1,253}$/, { error: ({ input }) => `${JSON.stringify(input)} is no name of a host` })
      .optional()
      .describe(
        "What this node is called in metrics; without it, the machine's host name. With `by: command` each agent of one machine needs its own.",
      ),
  })
  .describe('Memory of every process of the node, told to statsd by its agent. Without this section it is not.');
