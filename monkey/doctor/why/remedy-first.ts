import {
  isKnownRemedy,
  type NodeRecord,
  type Remedy,
  type RemedyBegun,
  type UnknownRemedy,
} from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { Question } from '../treatment/guard.ts';
import { type Able, ableHere, planFor, remedyOf } from '../treatment/plan.ts';
import type { Case } from './case.ts';
import { servesOn } from './serves-on.ts';

/** What a treatment would begin with. */
export interface FirstRemedy {
  /** Null: no remedy is left, it would be quarantined; or it is not treated at all. */
  readonly remedy: Remedy | UnknownRemedy | null;
  /** What the treatment would be for. */
  readonly finding: string;
  readonly because: string;
}

/** With what guards are asked about: a quarantined node waits for a controller, which asks them about its own remedy. */
export const remedyFirst = (it: Case): { readonly remedy: FirstRemedy; readonly asked: Question['remedy'] } => {
  const { node, told, policy, view } = it;
  const finding = node.finding ?? (told.finding?.kind === 'sick' ? (told.finding.finding ?? 'cpu') : 'cpu');
  const service: Able = told.restarts ? { kind: 'able' } : { kind: 'unable', because: 'its agent does not know how' };
  const plan = planFor(finding, node, {
    ...{ nowMs: view.nowMs, skipMs: policy.remedies.skip },
    able: ableHere(service),
  });
  const untreated = node.finding === undefined && told.finding?.kind === 'sick' ? servesOn(finding, policy) : undefined;
  if (untreated !== undefined)
    return { remedy: { remedy: null, finding, because: `not treated: ${untreated}` }, asked: remedyOf(plan) };
  const begun = underWay(node);
  if (begun !== undefined) {
    const next = plan.kind === 'remedy' ? plan.remedy : (plan.wants ?? 'quarantine');
    const because = `under way: ${begun.remedy} was begun ${formatMs(Math.max(0, view.nowMs - begun.atMs))} ago; should it not cure, next is ${next}`;
    return { remedy: { remedy: begun.remedy, finding, because }, asked: askedFor(node) ?? remedyOf(plan) };
  }
  const remedy = plan.kind === 'remedy' ? plan.remedy : (plan.wants ?? null);
  return { remedy: { remedy, finding, because: plan.because }, asked: askedFor(node) ?? remedyOf(plan) };
};

/** No guard is asked about a remedy that nobody of this version begins. */
const askedFor = ({ wants }: NodeRecord): Question['remedy'] | undefined =>
  wants === undefined || isKnownRemedy(wants) ? wants : 'none';

/** The remedy of the treatment under way whose outcome is not known yet. */
const underWay = ({ state, incident, remedies = [], treatmentTimes }: NodeRecord): RemedyBegun | undefined => {
  if (incident === undefined || (state !== 'rebooting' && state !== 'checking')) return undefined;
  const last = remedies.at(-1);
  return last !== undefined && last.atMs >= (treatmentTimes.at(-1) ?? 0) ? last : undefined;
};
