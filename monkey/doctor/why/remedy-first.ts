import type { Remedy } from '../../../pool/record.ts';
import { type Able, ableHere, planFor } from '../treatment/plan.ts';
import type { Case } from './case.ts';

/** What a treatment would begin with. */
export interface FirstRemedy {
  /** Null: no remedy is left, it would be quarantined. */
  readonly remedy: Remedy | null;
  /** What the treatment would be for. */
  readonly finding: string;
  readonly because: string;
}

export const remedyFirst = ({ node, told, policy, view: { nowMs } }: Case): FirstRemedy => {
  const finding = node.finding ?? (told.finding?.kind === 'sick' ? (told.finding.finding ?? 'cpu') : 'cpu');
  const service: Able = told.restarts ? { kind: 'able' } : { kind: 'unable', because: 'its agent does not know how' };
  const able = ableHere(service);
  const plan = planFor(finding, node, { nowMs, able, skipMs: policy.remedies.skip });
  return plan.kind === 'remedy'
    ? { remedy: plan.remedy, finding, because: plan.because }
    : { remedy: plan.wants ?? null, finding, because: plan.because };
};
