/*
 * The power of two choices: two nodes are drawn by their weights, and the one with less to do gets the request. That
 * spreads nearly as well as looking at all, without the herd that runs to whoever looked best last (M. Mitzenmacher,
 * "The Power of Two Choices in Randomized Load Balancing", 1996).
 *
 * What a node has to do is Finagle's PeakEwma, `latency * (in flight + 1)`, with three changes. In flight counts by
 * weight. No node is taken for more than `mostApart` times slower than another: without this bound one slow page among
 * fast ones would leave its node idle for minutes while the others drown. And latencies less than `alike` times apart
 * are the same: that much equal nodes differ by chance, and the one that was lucky would get everything.
 *
 * It runs for every request, so nothing is allocated here.
 */
import type { Candidate } from './candidate.ts';
import { latencyNow } from './latency.ts';

const mostApart = 10;
const alike = 2;

export const powerOfTwo = <C extends Candidate>(
  candidates: readonly C[],
  nowMs: number,
  random: () => number,
): C | undefined => {
  const { length } = candidates;
  if (length < 2) return candidates[0];
  const total = totalShare(candidates);
  const one = total === 0 ? evenly(candidates, random) : byShare(candidates, total, undefined, random);
  if (one === undefined) return undefined;
  const rest = total - one.shareNow;
  const other = total === 0 ? evenlyBut(candidates, one, random) : byShare(candidates, rest, one, random);
  return other === undefined || hasLessToDo(one, other, total / length, nowMs) ? one : other;
};

/** On equal terms the one that was drawn first wins: it was drawn by its weight. */
const hasLessToDo = (one: Candidate, other: Candidate, meanShare: number, nowMs: number): boolean => {
  const oneMs = latencyNow(one, nowMs);
  const otherMs = latencyNow(other, nowMs);
  return (
    slowness(one, oneMs, otherMs) * (1 + byWeight(one, meanShare)) <=
    slowness(other, otherMs, oneMs) * (1 + byWeight(other, meanShare))
  );
};

/** How many times slower than the other it answers, at least 1; one that has not answered yet gets a single request. */
const slowness = ({ inFlight }: Candidate, latencyMs: number, othersMs: number): number => {
  if (latencyMs === 0) return inFlight === 0 ? 0 : othersMs === 0 ? 1 : mostApart;
  const times = othersMs === 0 ? 1 : latencyMs / othersMs;
  return times < alike ? 1 : Math.min(times, mostApart);
};

const byWeight = ({ inFlight, shareNow }: Candidate, meanShare: number): number =>
  shareNow === 0 ? inFlight : (inFlight * meanShare) / shareNow;

const totalShare = (candidates: readonly Candidate[]): number => {
  let total = 0;
  for (const { shareNow } of candidates) total += shareNow;
  return total;
};

/** Draws by weight, and never one whose weight is 0. */
const byShare = <C extends Candidate>(
  candidates: readonly C[],
  total: number,
  besides: C | undefined,
  random: () => number,
): C | undefined => {
  let left = random() * total;
  let last: C | undefined;
  for (const candidate of candidates) {
    if (candidate === besides || candidate.shareNow === 0) continue;
    last = candidate;
    left -= candidate.shareNow;
    if (left < 0) break;
  }
  return last;
};

const evenly = <C>(candidates: readonly C[], random: () => number): C | undefined =>
  candidates[Math.floor(random() * candidates.length)];

const evenlyBut = <C>(candidates: readonly C[], besides: C, random: () => number): C | undefined => {
  const at = Math.floor(random() * (candidates.length - 1));
  return candidates[at >= candidates.indexOf(besides) ? at + 1 : at];
};
