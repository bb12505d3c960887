import type { CheckOrder } from '../../../pool/policy.ts';
import type { Limits } from '../../../pool/store.ts';

/** What one check of a node found, with words for people. */
export interface CheckResult {
  /** `content`, `status`, `address`, `http /healthz`, `tcp 8080`, `command disk-ok`. */
  readonly name: string;
  readonly ok: boolean;
  /** What was seen, or what was wrong and where: `200 in 12 ms`, `connection refused by 10.0.0.7:8080`. */
  readonly detail: string;
  readonly ms: number;
}

/** Runs one try of one check against a node. Never throws; a check that can't be run has failed. */
export interface Probe {
  check(order: CheckOrder, target: { readonly url: string }, limits: Limits): Promise<CheckResult>;
}
