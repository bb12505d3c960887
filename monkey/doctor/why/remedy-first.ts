import type { Remedy } from '../../../pool/record.ts';
import type { Question } from '../treatment/guard.ts';
import { type Able, ableHere, planFor, remedyOf } from '../treatment/plan.ts';
import type { Case } from './case.ts';
import { servesOn } from './serves-on.ts';

/** What a treatment would begin with. */
export interface FirstRemedy {
  /** Null: no remedy is left, it would be quarantined; or it is not treated at all. */
  readonly remedy: Remedy | null;
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
  const remedy = plan.kind === 'remedy' ? plan.remedy : (plan.wants ?? null);
  return { remedy: { remedy, finding, because: plan.because }, asked: node.wants ?? remedyOf(plan) };
};
