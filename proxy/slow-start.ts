/** No node gets less than this share of its weight, or it would never see a request in a quiet pool. */
export const smallestShare = 0.1;

/**
 * A node that returns takes its share of the traffic slowly: caches are cold, code is not compiled yet. The share
 * grows in a straight line over `slowStartMs`.
 *
 * @param servingForMs how long the node has been serving; `undefined`: for as long as anybody knows
 */
export const effectiveWeight = (weight: number, servingForMs: number | undefined, slowStartMs: number): number => {
  if (servingForMs === undefined || servingForMs >= slowStartMs) return weight;
  return weight * Math.max(smallestShare, servingForMs / slowStartMs);
};
