/*
 * The ladder: which remedy comes next.
 *
 * INVARIANTS
 * - Remedies are taken in the finding's own order. One that was begun for the same finding within the policy's time (a
 *   day) did not cure it, and is skipped; so is one that this node cannot have, and both are said.
 * - A node that a human has given back since begins with its first remedy again.
 * - Within one treatment no remedy is taken twice, and none comes into reach by waiting: guards were asked about the plan
 *   that stood when it began.
 * - Nothing follows a remedy that this version does not know: that ladder is not ours.
 * - What only another may do is not skipped: it is waited for in quarantine, and named.
 */
import type { NodeRecord, Remedy } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import { definitionOf } from '../diagnosis/findings.ts';
import { foreignRemedy } from './remedies.ts';

/** Whether who plans can carry a remedy out. */
export type Able =
  | { readonly kind: 'able' }
  /** Somebody else can: a controller, say. */
  | { readonly kind: 'elsewhere'; readonly because: string }
  | { readonly kind: 'unable'; readonly because: string };

export interface Means {
  readonly nowMs: number;
  /** A remedy after which the same finding comes back within this time has not cured it; `remedies.skip` of the policy. */
  readonly skipMs: number;
  readonly able: Readonly<Record<Remedy, Able>>;
}

export type Plan =
  | {
      readonly kind: 'remedy';
      readonly remedy: Remedy;
      readonly because: string;
      /** Why those before it were not taken. */
      readonly skipped: readonly string[];
    }
  | {
      readonly kind: 'quarantine';
      readonly because: string;
      /** The remedy that would be next, by somebody else's hand. */
      readonly wants?: Remedy;
    };

/** What an agent can do for its own node; `service` says whether it knows how to restart it. */
export const ableHere = (service: Able): Means['able'] => ({
  'restart-service': service,
  reboot: { kind: 'able' },
  'stop-start': { kind: 'elsewhere', because: 'only a controller stops and starts a machine' },
});

/** Silence is the controller's own finding: nobody has measured anything, and the agent restarts no service. */
const silent: readonly Remedy[] = ['reboot', 'stop-start'];

/** What a treatment is for that a human has ordered. */
export const ordered = 'ordered';

type Treated = Partial<Pick<NodeRecord, 'remedies' | 'incident' | 'treatmentTimes' | 'readmittedMs'>>;

export const planFor = (finding: string, node: Treated, means: Means): Plan => {
  const foreign = foreignRemedy(node);
  if (foreign !== undefined)
    return {
      kind: 'quarantine',
      because: `${foreign} was begun, a remedy of another version: what follows is not ours`,
    };
  const skipped: string[] = [];
  const say = (words: string): string => [...skipped, words].join('; ');
  for (const remedy of ladderOf(finding)) {
    const begunMs = lastBegunMs(finding, remedy, node, means);
    const able = means.able[remedy];
    if (begunMs !== undefined)
      skipped.push(
        `${remedy} did not cure ${finding}: it was begun ${formatMs(Math.max(0, means.nowMs - begunMs))} ago`,
      );
    else if (able.kind === 'able') return { kind: 'remedy', remedy, because: say(`next is ${remedy}`), skipped };
    else if (able.kind === 'elsewhere')
      return { kind: 'quarantine', because: say(`next is ${remedy}: ${able.because}`), wants: remedy };
    else skipped.push(`no ${remedy}: ${able.because}`);
  }
  return { kind: 'quarantine', because: say('no remedy is left') };
};

/** What is tried for a finding, in this order; nothing for one that this version does not know. */
export const ladderOf = (finding: string): readonly Remedy[] =>
  finding === ordered ? ['reboot'] : finding === 'silent' ? silent : (definitionOf(finding)?.remedies ?? []);

const lastBegunMs = (
  finding: string,
  remedy: Remedy,
  { remedies = [], incident, treatmentTimes = [], readmittedMs }: Treated,
  { nowMs, skipMs }: Means,
): number | undefined => {
  const times = remedies.filter((one) => one.remedy === remedy && one.finding === finding).map(({ atMs }) => atMs);
  // The latest by its time: what a lost pool or a leap of Redis TIME has left is in no order.
  const begunMs = times.length === 0 ? undefined : Math.max(...times);
  if (begunMs === undefined || begunMs <= (readmittedMs ?? Number.NEGATIVE_INFINITY)) return undefined;
  const treatedMs = incident === undefined ? undefined : treatmentTimes.at(-1);
  const ofThisTreatment = treatedMs !== undefined && begunMs >= treatedMs;
  return ofThisTreatment || (treatedMs ?? nowMs) - begunMs < skipMs ? begunMs : undefined;
};

/** What budgets ask about: who waits for another's remedy in quarantine costs nothing until that one asks for itself. */
export const remedyOf = (plan: Plan): Remedy | 'none' => (plan.kind === 'remedy' ? plan.remedy : 'none');
