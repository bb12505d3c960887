/** What the parts of the whole decision on a node are made from. */
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { Incident } from '../../../pool/store.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { InstanceState } from '../ports/power.ts';
import type { Told } from '../vitals/told.ts';

/** What is known beside the pool itself. */
export interface Beside {
  readonly incidents: readonly Incident[];
  /** What EC2 says; absent: it was not asked. */
  readonly instance?: InstanceState;
  /** How old the view is by the asker's monotonic clock. */
  readonly viewAgeMs: number;
}

/** All that the parts of the answer are made from. */
export interface Case extends Beside {
  readonly view: PoolView;
  readonly node: NodeRecord;
  readonly policy: Policy;
  readonly told: Told;
  readonly silent: boolean;
}

export interface FindingLine {
  readonly kind: 'well' | 'sick' | 'unknown';
  readonly finding: string | null;
  readonly because: string;
}
