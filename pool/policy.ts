/**
 * The pool's policy: one for all nodes, kept with the pool. People write the source form (`30s`, `90%`), which is
 * also what Redis holds; `parsePolicy` makes of it what the judgement works with (milliseconds, shares of 1).
 */
import { z } from 'zod';
import { duration, share } from './units.ts';

const path = z.string().startsWith('/', 'a path starts with /').default('/');
const status = z.number().int().min(100).max(599);

const checkSchema = z.discriminatedUnion('kind', [
  /** Some content came: the body has at least `minBytes`. */
  z.strictObject({ kind: z.literal('content'), path, minBytes: z.number().int().min(1).default(1) }),
  /** The status is what it should be. */
  z.strictObject({ kind: z.literal('status'), path, status: status.default(200) }),
  /** The public address answers: by ping where that is allowed, else by TCP. */
  z.strictObject({ kind: z.literal('address'), host: z.string().min(1).optional() }),
  z.strictObject({
    kind: z.literal('http'),
    name: z.string().min(1).optional(),
    path,
    status: status.default(200),
    /** Text that the body must contain. */
    body: z.string().min(1).optional(),
    /** JSONPath of a value that must be there, and equal `equals` where that is given. */
    jsonPath: z.string().min(1).optional(),
    equals: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
    /** The whole answer must have come within this time. */
    latency: duration(1).optional(),
  }),
  z.strictObject({ kind: z.literal('tcp'), port: z.number().int().min(1).max(65_535).optional() }),
  /**
   * A command by the name that the agent's own file gives it (`agent.commands`): who may write to Redis must
   * not thereby run programs on every node.
   */
  z.strictObject({ kind: z.literal('command'), name: z.string().min(1) }),
]);
/** One smoke check, as the policy orders it. */
export type CheckOrder = z.output<typeof checkSchema>;

export const policySchema = z.strictObject({
  vitals: z
    .strictObject({
      cpu: z
        .strictObject({
          /** Sick at or over this share of the node's CPU. */
          threshold: share(0.01).prefault('90%'),
          /** Counts as calm only at or below this one. */
          clear: share(0).prefault('70%'),
          /** Sick as well when the app's busiest thread takes this share of one core or more. */
          thread: share(0.01).prefault('95%'),
        })
        .refine((cpu) => cpu.clear < cpu.threshold, { path: ['clear'], message: 'must be less than threshold' })
        .prefault({}),
      rounds: z
        .strictObject({ sick: z.number().int().min(1).default(3), of: z.number().int().min(1).max(100).default(5) })
        .refine((rounds) => rounds.sick <= rounds.of, { path: ['sick'], message: 'must be at most of' })
        .prefault({}),
      /** Nothing is found sick for this long after boot: starting is busy work. */
      grace: duration(0).prefault('2m'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Never fewer serving nodes than this because of us. */
      minServing: z.number().int().min(0).default(1),
      /** Nodes out at once: the stricter of the two; at least one is allowed while minServing remains. */
      out: z
        .strictObject({ number: z.number().int().min(1).default(1), share: share(0.01).prefault('34%') })
        .prefault({}),
      /** A node treated is left alone for this long; doubles with each relapse. */
      cooldown: duration(0).prefault('15m'),
    })
    .prefault({}),
  drain: z
    .strictObject({
      deadline: duration(100).prefault('30s'),
      /** How long a drained node is watched before load and sickness can be told apart. */
      calm: duration(0).prefault('5s'),
    })
    .prefault({}),
  evidence: z.strictObject({ deadline: duration(0).prefault('10s') }).prefault({}),
  reboot: z
    .strictObject({
      /** After a call whose reply was lost, wait this long for a new boot id before anything is asked again. */
      settle: duration(1_000).prefault('4m'),
      /** Not back by then: quarantined, and a human is paged. */
      deadline: duration(1_000).prefault('10m'),
    })
    .prefault({}),
  checks: z
    .strictObject({
      /** All checks must have passed by then. */
      deadline: duration(100).prefault('2m'),
      /** Pause between tries, and how long one try may take. */
      every: duration(10).prefault('1s'),
      timeout: duration(10).prefault('2s'),
      run: z
        .array(checkSchema)
        .min(1, 'at least one check: a node without checks would serve unproven')
        .max(50)
        .prefault([{ kind: 'content' }, { kind: 'status' }, { kind: 'address' }]),
    })
    .prefault({}),
  silence: z
    .strictObject({
      /** A serving node whose agent has not beaten for this long is silent. */
      after: duration(1_000).prefault('15s'),
    })
    .prefault({}),
  /** Routers raise a returning node's share over this time. */
  slowStart: duration(0).prefault('30s'),
});

export type PolicySource = z.input<typeof policySchema>;
export type Policy = z.output<typeof policySchema>;

/** The policy that stands where nobody has applied one. */
export const defaultPolicy = (): Policy => policySchema.parse({});
