import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord, Remedy } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Census } from './census.ts';

/** All that a guard may know when it is asked whether a node may be taken out. */
export interface Question {
  readonly node: NodeRecord;
  readonly view: PoolView;
  readonly policy: Policy;
  readonly census: Census;
  /** The remedy that the treatment would begin with. */
  readonly remedy: Remedy;
  /** How old the view is by the asker's monotonic clock. */
  readonly viewAgeMs: number;
  /** How long ago this pool's data was found to be other than what was known; undefined: it never was. */
  readonly sinceLostPoolMs?: number;
}

export type Answer = { readonly kind: 'allow'; readonly guard: string; readonly because: string } | Veto;

/** A guard's refusal: which guard, why in words, and its value against its limit. */
export interface Veto {
  readonly kind: 'veto';
  readonly guard: string;
  readonly because: string;
  readonly detail: Readonly<Record<string, number | string>>;
}

/** One question, answered from what is known, with no side effect. Anything unknown is a veto. */
export type Guard = (question: Question) => Verdict;
export type Verdict =
  | { readonly kind: 'allow'; readonly because: string }
  | { readonly kind: 'veto'; readonly because: string; readonly detail?: Veto['detail'] };

export const allow = (because: string): Verdict => ({ kind: 'allow', because });
export const veto = (because: string, detail: Veto['detail'] = {}): Verdict => ({ kind: 'veto', because, detail });
