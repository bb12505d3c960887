import type { Latency } from './latency.ts';

/** A node that may get the next request. */
export interface Candidate extends Latency {
  /** Weight after slow start, 0 or more. */
  readonly shareNow: number;
  /** Requests on their way to or from the node. */
  readonly inFlight: number;
  /** What the node has coming to it; starts at 0 and is written only by who chooses. */
  credit: number;
}
