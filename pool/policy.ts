/**
 * The pool's policy: one for all nodes, kept with the pool. People write the source form (`30s`, `90%`), which is
 * also what Redis holds; `policySchema` makes of it what the judgement works with (milliseconds, shares of 1).
 */
import * as z from 'zod';
import { checkSchema } from './checks.ts';
import { duration, formatMs, formatShare, share } from './units.ts';

export type { CheckOrder } from './checks.ts';

/** A rule between two values stays quiet where one of them is a problem by itself. */
const whenNumbers =
  (...keys: readonly string[]) =>
  ({ value }: { readonly value: unknown }): boolean =>
    value instanceof Object && keys.every((key) => typeof Reflect.get(value, key) === 'number');

/** Two values of a section in the words of people, the first against the second: `10m is not less than deadline (5m)`. */
const against =
  (first: string, comparison: string, second: string, show: (value: number) => string, so = '') =>
  ({ input }: { readonly input?: unknown }): string => {
    const shown = (key: string): string => {
      const value: unknown = input instanceof Object ? Reflect.get(input, key) : undefined;
      return typeof value === 'number' ? show(value) : key;
    };
    return `${shown(first)} is ${comparison} ${second} (${shown(second)})${so}`;
  };

const cpu = z
  .strictObject({
    threshold: share(0.01).prefault('90%').describe("Sick at or over this share of the node's CPU."),
    clear: share(0).prefault('70%').describe('Calm only at or below this share; must be less than `threshold`.'),
    thread: share(0.01)
      .prefault('95%')
      .describe("Sick as well when the app's busiest thread takes this share of one core or more."),
  })
  .refine(({ clear, threshold }) => clear < threshold, {
    path: ['clear'],
    error: against('clear', 'not less than', 'threshold', formatShare, ': a node would be sick and calm at once'),
    when: whenNumbers('clear', 'threshold'),
  })
  .prefault({})
  .describe('When CPU counts as sick.');

const rounds = z
  .strictObject({
    sick: z.int().min(1).max(100).default(3).describe('This many rounds must have been sick …'),
    of: z.int().min(1).max(100).default(5).describe('… of this many last ones.'),
  })
  .refine(({ sick, of }) => sick <= of, {
    path: ['sick'],
    error: against('sick', 'more than', 'of', String, ': so many rounds can never be sick'),
    when: whenNumbers('sick', 'of'),
  })
  .prefault({})
  .describe('How long sickness must last before it is believed.');

const vitals = z
  .strictObject({
    cpu,
    rounds,
    grace: duration(0)
      .prefault('2m')
      .describe('Nothing is found sick for this long after boot: starting is busy work.'),
  })
  .prefault({})
  .describe('What sickness is.');

const limits = z
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

const drain = z
  .strictObject({
    deadline: duration(100).prefault('30s').describe('A drain ends by then, whatever routers still count in flight.'),
    calm: duration(0)
      .prefault('5s')
      .describe('How long a drained node is watched before load and sickness can be told apart.'),
  })
  .prefault({})
  .describe('Taking a node out of rotation.');

const reboot = z
  .strictObject({
    settle: duration(1_000)
      .prefault('4m')
      .describe('After a call whose reply was lost, wait this long for a new boot id before anything is asked again.'),
    deadline: duration(1_000).prefault('10m').describe('Not back by then: quarantined, and a human is paged.'),
  })
  .refine(({ settle, deadline }) => settle < deadline, {
    path: ['settle'],
    error: against(
      'settle',
      'not less than',
      'deadline',
      formatMs,
      ': after a lost reply EC2 could never be asked again',
    ),
    when: whenNumbers('settle', 'deadline'),
  })
  .prefault({})
  .describe('The remedy.');

const checks = z
  .strictObject({
    deadline: duration(100).prefault('2m').describe('All checks must have passed by then.'),
    every: duration(10).prefault('1s').describe('Pause between tries.'),
    timeout: duration(10).prefault('2s').describe('How long one try may take.'),
    run: z
      .array(checkSchema)
      .min(1, 'needs at least one check: a node without checks would serve unproven')
      .max(50)
      .prefault([{ kind: 'content' }, { kind: 'status' }, { kind: 'address' }])
      .describe('The checks, in the order in which they are told.'),
  })
  .refine(({ every, deadline }) => every < deadline, {
    path: ['every'],
    error: against('every', 'not less than', 'deadline', formatMs, ': there would be no second try'),
    when: whenNumbers('every', 'deadline'),
  })
  .refine(({ timeout, deadline }) => timeout <= deadline, {
    path: ['timeout'],
    error: against('timeout', 'more than', 'deadline', formatMs, ', which ends all tries'),
    when: whenNumbers('timeout', 'deadline'),
  })
  .prefault({})
  .describe('What a node must pass before it serves.');

export const policySchema = z
  .strictObject({
    vitals,
    limits,
    drain,
    evidence: z
      .strictObject({
        deadline: duration(0).prefault('10s').describe('What evidence could not be had by then is left out.'),
      })
      .prefault({})
      .describe('What is kept of a sick node; it never delays the cure.'),
    reboot,
    checks,
    silence: z
      .strictObject({
        after: duration(1_000)
          .prefault('15s')
          .describe('A serving node whose agent has not beaten for this long is silent.'),
      })
      .prefault({})
      .describe('When a node counts as silent.'),
    slowStart: duration(0).prefault('30s').describe("Routers raise a returning node's share over this time."),
  })
  .describe("The pool's policy: what is sick, what a treatment may cost, and what proves a cure.");

export type PolicySource = z.input<typeof policySchema>;
export type Policy = z.output<typeof policySchema>;

/** The policy that stands where nobody has applied one. */
export const defaultPolicy = (): Policy => policySchema.parse({});
