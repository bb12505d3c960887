import type { Limits } from '../../../pool/store.ts';
import type { Vitals } from '../vitals/vitals.ts';

/**
 * Measures this node. CPU is measured from one call to the next; the first call has nothing to compare with: `unknown`.
 * Only the whole host's is sampled within each call, by os-utils, which takes a second.
 */
export interface VitalsSource {
  /** Never throws: what can't be measured is `unknown` with its reason. */
  measure(limits: Limits): Promise<Vitals>;
}
