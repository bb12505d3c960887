/** What a treatment may cost the pool, as people write it. */
import * as z from 'zod';
import { remediesKept } from '../record.ts';
import { duration, share } from '../units.ts';
import { windows } from './windows.ts';

const reboots = z
  .strictObject({
    node: z
      .int()
      .min(1)
      // More could not be counted: a record remembers so many remedies, and restarts of the service are among them.
      .max(remediesKept / 2)
      .default(3)
      .describe('Of one node within 24 h; once they are spent it is quarantined.'),
    pool: z.int().min(1).default(5).describe('Of all nodes within an hour.'),
  })
  .prefault({})
  .describe('How many reboots there may be: a remedy needed more often than this does not cure.');

const fingerprint = z
  .strictObject({
    nodes: z.int().min(2).default(3).describe('So many nodes are found sick doing the same: it is the code.'),
    within: duration(60_000).prefault('1h').describe('Within this time.'),
  })
  .prefault({})
  .describe(
    'From when on the same hottest stack is a bug: nodes are kept for people to look at, as many as `out` allows.',
  );

export const limits = z
  .strictObject({
    minServing: z.int().min(0).default(1).describe('Never fewer serving nodes than this because of us.'),
    out: z
      .strictObject({
        number: z.int().min(1).default(1).describe('At most this many nodes.'),
        share: share(0.01).prefault('34%').describe('At most this share of the pool, rounded down.'),
      })
      .prefault({})
      .describe('Nodes out at once: the stricter of the two; at least one is allowed while `minServing` remains.'),
    cooldown: duration(0)
      .prefault('15m')
      .describe('A treated node is left alone for this long; doubles with each relapse, and each time it was load.'),
    windows,
    reboots,
    fingerprint,
    heat: share(0.01)
      .prefault('50%')
      .describe('Where more than this share of the serving nodes is hot it is load, and nobody is treated.'),
    // An app that does nothing takes some of its CPU: below that nobody could ever be treated, and nothing would say so.
    forecast: share(0.1)
      .prefault('85%')
      .describe('The others may not come over this share of their CPU by taking over what a treated node served.'),
  })
  .prefault({})
  .describe('What a treatment may cost the pool.');
