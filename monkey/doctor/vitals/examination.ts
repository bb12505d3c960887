import type { Measured, Vitals } from './vitals.ts';

/** All that one round has seen of a node: what its kernel tells, and what its app answers to its own agent. */
export interface Examination {
  readonly vitals: Vitals;
  /** The pass of local checks that ended since the round before; undefined: none did, which says nothing new. */
  readonly checks: Measured<LocalChecks> | undefined;
}

export interface LocalChecks {
  readonly passed: number;
  /** What failed and how, in words. */
  readonly failed: readonly string[];
}
