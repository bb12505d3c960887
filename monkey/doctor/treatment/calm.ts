import type { Policy } from '../../../pool/policy.ts';
import { definitionOf } from '../diagnosis/findings.ts';

/**
 * For how long (milliseconds) a drained node is watched before it is judged by this finding: the policy's `drain.calm`, or
 * until what is measured can no longer tell of the traffic that was.
 */
export const calmMsOf = (finding: string, { drain, vitals }: Policy): number =>
  Math.max(drain.calm, definitionOf(finding)?.lingersMs?.(vitals) ?? 0);
