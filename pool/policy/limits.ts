/** What a treatment may cost the pool, as people write it. */
import * as z from 'zod';
import { duration, share } from '../units.ts';

export const limits = z
  .strictObject({
    minServing: z.int().min(0).default(1).describe('Never fewer serving nodes than this because of us.'),
    out: z
      .strictObject({
        number: z.int().min(1).default(1).describe('At most this many nodes.'),
        share: share(0.01).prefault('34%').describe('At most this share of the pool.'),
      })
      .prefault({})
      .describe('Nodes out at once: the stricter of the two; at least one is allowed while `minServing` remains.'),
    cooldown: duration(0)
      .prefault('15m')
      .describe('A treated node is left alone for this long; doubles with each relapse.'),
  })
  .prefault({})
  .describe('What a treatment may cost the pool.');
