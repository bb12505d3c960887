import * as z from 'zod';
import { unitName } from '../machine/unit.ts';

const ms = z.number().int().min(0).max(86_400_000);
const times = z.number().int().min(1).max(1_000_000);
const instance = z.string();

/** Every fault may say how long it lasts; without that it lasts until it is undone. */
const lasting = { forMs: ms.optional() };

/** And most may say how often they strike; a fault that names no instance strikes all. */
const striking = { ...lasting, times: times.optional() };

/** Everything that can be made to go wrong, as the admin endpoint takes it. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** EC2 answers RequestLimitExceeded: to one action, or to all. */
  z.strictObject({ kind: z.literal('throttle-ec2'), action: z.string().optional(), ...striking }),
  /** EC2 ends every connection without a word. */
  z.strictObject({ kind: z.literal('ec2-down'), ...striking }),
  /** EC2 answers UnauthorizedOperation to an action. */
  z.strictObject({ kind: z.literal('deny-ec2'), action: z.string(), ...striking }),
  z.strictObject({
    kind: z.literal('refuse-reboots'),
    instance: instance.optional(),
    code: z
      .enum(['IncorrectInstanceState', 'UnauthorizedOperation', 'InternalError'])
      .default('IncorrectInstanceState'),
    ...striking,
  }),
  /** A boot that never ends; undone, the machine boots after all. */
  z.strictObject({ kind: z.literal('never-returns'), instance: instance.optional(), ...striking }),
  /** A boot after which one unit is missing; undone, it starts. */
  z.strictObject({
    kind: z.literal('returns-without-app'),
    instance: instance.optional(),
    unit: z.string().regex(unitName).default('app'),
    ...striking,
  }),
  z.strictObject({ kind: z.literal('slow-boot'), instance: instance.optional(), bootMs: ms, ...striking }),
  /** All that runs on an instance ends at once; undone, its power is back. */
  z.strictObject({ kind: z.literal('power-loss'), instance, ...lasting }),
  /** A call (RebootInstances, chat.postMessage …) does what it should, but nobody hears of it. Once unless told. */
  z.strictObject({ kind: z.literal('lose-reply'), call: z.string(), ...lasting, times: times.default(1) }),
  z.strictObject({ kind: z.literal('delay-reply'), call: z.string(), ms, ...striking }),
  z.strictObject({
    kind: z.literal('slack-down'),
    status: z.number().int().min(500).max(599).default(503),
    ...striking,
  }),
  z.strictObject({
    kind: z.literal('slack-rate-limited'),
    retryAfterSeconds: z.number().int().min(0).max(3600).default(1),
    ...striking,
  }),
  /** Every token is wrong from now on. */
  z.strictObject({ kind: z.literal('slack-wrong-token'), ...striking }),
  z.strictObject({ kind: z.literal('slack-missing-scope'), scope: z.string(), ...striking }),
  z.strictObject({
    kind: z.literal('pager-down'),
    status: z.number().int().min(500).max(599).default(503),
    ...striking,
  }),
  z.strictObject({
    kind: z.literal('pager-rate-limited'),
    retryAfterSeconds: z.number().int().min(0).max(3600).default(1),
    ...striking,
  }),
]);

/** As it is asked for: what has a usual value may be left out. */
export type FaultAsked = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;
export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;
