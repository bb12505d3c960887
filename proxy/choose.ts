/**
 * Which node gets the next request, of those that may have it. Nothing here waits or asks; dice and time are passed
 * in; what a chooser must remember stands in the candidate's `credit`.
 */

import type { Candidate } from './candidate.ts';
import { powerOfTwo } from './power-of-two.ts';

/**
 * @param nowMs monotonic
 * @param random 0 or more, less than 1
 */
export type Choose = <C extends Candidate>(
  candidates: readonly C[],
  nowMs: number,
  random: () => number,
) => C | undefined;

/**
 * Smooth weighted round robin, as nginx does it: everyone earns its weight, the richest is chosen and pays for all.
 * Turns are as evenly spread as the weights allow. Where all weights are 0 they count as equal.
 */
const roundRobin = <C extends Candidate>(candidates: readonly C[]): C | undefined => {
  const weightOf = weighing(candidates);
  let total = 0;
  let richest: C | undefined;
  for (const candidate of candidates) {
    const weight = weightOf(candidate);
    if (weight === 0) continue;
    candidate.credit += weight;
    total += weight;
    if (richest === undefined || candidate.credit > richest.credit) richest = candidate;
  }
  if (richest !== undefined) richest.credit -= total;
  return richest;
};

/** The node with the fewest requests in flight for its weight; those that are equal take turns. */
const leastInFlight = <C extends Candidate>(candidates: readonly C[]): C | undefined => {
  const weightOf = weighing(candidates);
  let least = Number.POSITIVE_INFINITY;
  let equals: C[] = [];
  for (const candidate of candidates) {
    const load = (candidate.inFlight + 1) / weightOf(candidate);
    if (load < least) {
      least = load;
      equals = [candidate];
    } else if (load === least && load !== Number.POSITIVE_INFINITY) equals.push(candidate);
  }
  return roundRobin(equals);
};

export const choosers = {
  'power-of-two': powerOfTwo,
  'round-robin': roundRobin,
  'least-in-flight': leastInFlight,
} satisfies Record<string, Choose>;

const weighing = (candidates: readonly Candidate[]): ((candidate: Candidate) => number) =>
  candidates.some(({ shareNow }) => shareNow > 0) ? ({ shareNow }) => shareNow : () => 1;
