import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord, Remedy } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Fingerprint } from '../evidence/fingerprint.ts';
import type { InstanceState } from '../ports/power.ts';
import type { Census } from './census.ts';

/** All that a guard may know when it is asked whether a node may be taken out. */
export interface Question {
  readonly node: NodeRecord;
  readonly view: PoolView;
  readonly policy: Policy;
  readonly census: Census;
  /** The remedy that the treatment would begin with; `none`: no remedy is left, it would end in quarantine. */
  readonly remedy: Remedy | 'none';
  /** What it has just been found doing; undefined: see its record. */
  readonly fingerprint?: Fingerprint | undefined;
  /** What EC2 has just said of the node's instance; undefined: it was not asked. */
  readonly instance?: InstanceState | undefined;
  /** How old the view is by the asker's monotonic clock. */
  readonly viewAgeMs: number;
  /** How long ago this pool's data was found to be other than what was known; undefined: it never was. */
  readonly sinceLostPoolMs?: number;
}

/** What a guard said: which one, why in words, and its value against its limit. */
export type Answer = Allowance | Veto;

export interface Allowance extends Said {
  readonly kind: 'allow';
}
/** A guard's refusal. */
export interface Veto extends Said {
  readonly kind: 'veto';
}

interface Said {
  readonly guard: string;
  readonly because: string;
  /** Plain numbers and texts; times in milliseconds, shares of 1. `remainingMs`: it will say yes by itself after that. */
  readonly detail: Readonly<Record<string, number | string>>;
}

/** One question, answered from what is known, with no side effect. Anything unknown is a veto. */
export type Guard = (question: Question) => Verdict;
export type Verdict = Omit<Allowance, 'guard'> | Omit<Veto, 'guard'>;

export const allow = (because: string, detail: Said['detail'] = {}): Verdict => ({ kind: 'allow', because, detail });
export const veto = (because: string, detail: Said['detail'] = {}): Verdict => ({ kind: 'veto', because, detail });
