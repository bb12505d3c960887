/**
 * The pool's policy: one for all nodes, kept with the pool. People write the source form (`30s`, `90%`), which is
 * also what Redis holds; `policySchema` makes of it what the judgement works with (milliseconds, shares of 1).
 */
import * as z from 'zod';
import { isCalled } from './checks.ts';
import { frozen } from './frozen.ts';
import { limits } from './policy/limits.ts';
import { checks } from './policy/smoke-checks.ts';
import { drain, reboot, remedies, restart } from './policy/treatment.ts';
import { vitals } from './policy/vitals.ts';
import { duration } from './units.ts';

export type { CheckOrder } from './checks.ts';

export const policySchema = z
  .strictObject({
    vitals,
    limits,
    drain,
    evidence: z
      .strictObject({
        deadline: duration(0).prefault('10s').describe('What evidence could not be had by then is left out.'),
        profile: duration(0, 60_000)
          .prefault('5s')
          .describe(
            'For how long it is sampled what the app is doing; cut where the drain is over before. `0s`: not at all.',
          ),
        rate: z.int().min(1).max(999).default(99).describe('How often a second.'),
        baseline: duration(0)
          .prefault('1h')
          .describe(
            'How often a calm node is sampled, so that there is something healthy to compare with. `0s`: never; only agents that act do.',
          ),
      })
      .prefault({})
      .describe('What is kept of a sick node; it never delays the cure.'),
    remedies,
    restart,
    reboot,
    checks,
    silence: z
      .strictObject({
        after: duration(1_000)
          .prefault('15s')
          .describe('A serving node whose agent has not beaten for this long is silent.'),
        rescue: duration(1_000)
          .prefault('2m')
          .describe(
            'A node lost for this long is looked up in EC2 by the controller, and rebooted in the stead of its agent.',
          ),
      })
      .prefault({})
      .describe('When a node counts as silent.'),
    slowStart: duration(0).prefault('30s').describe("Routers raise a returning node's share over this time."),
  })
  .superRefine(({ vitals: { check }, checks: { run } }, context) => {
    for (const [index, name] of (check.only ?? []).entries())
      if (!run.some((order) => isCalled(order, name)))
        context.addIssue({
          code: 'custom',
          path: ['vitals', 'check', 'only', index],
          message: `${JSON.stringify(name)} is neither a kind nor a name in checks.run`,
        });
  })
  .describe("The pool's policy: what is sick, what a treatment may cost, and what proves a cure.");

export type PolicySource = z.input<typeof policySchema>;
export type Policy = z.output<typeof policySchema>;

let unchosen: Policy | undefined;

/** The policy that stands where nobody has applied one. It is asked for in every round, and made once. */
export const defaultPolicy = (): Policy => {
  unchosen ??= frozen(policySchema.parse({}));
  return unchosen;
};
