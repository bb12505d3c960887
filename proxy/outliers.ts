/**
 * Nodes that fail clearly more of their requests than the others do. Pure.
 *
 * The rule is that of Envoy's outlier detection by success rate
 * (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier#success-rate): of the nodes with
 * enough requests in an interval, if there are enough of them, those whose success rate lies below
 *
 *     mean - factor * standard deviation
 *
 * of the success rates (of all such nodes, so the deviation is the population's). Different from there: a node whose rate
 * is fine by itself is no outlier however alike the others are, or one failure in a thousand would be enough among
 * nodes that never fail. Where the app fails everywhere, nobody is an outlier.
 */

export interface Tally {
  /** Tries of the interval that have ended. */
  readonly ended: number;
  /** Those of them that failed, or were answered with an error of the server's. */
  readonly failed: number;
}

export interface OutlierRules {
  /** Fewer nodes with enough requests say nothing. One of n nodes lies at most (n - 1) / sqrt(n) deviations below. */
  readonly nodes: number;
  /** A node with fewer in the interval is neither judged nor compared with. */
  readonly requests: number;
  readonly factor: number;
  /** Who succeeds at this share of its requests is fine, 0 to 1. */
  readonly fine: number;
}

export const outliers = <T extends Tally>(
  tallies: readonly T[],
  { nodes, requests, factor, fine }: OutlierRules,
): readonly T[] => {
  const heard = tallies.filter(({ ended }) => ended >= requests && ended > 0);
  if (heard.length < Math.max(nodes, 1)) return [];
  const mean = average(heard.map(successRate));
  const deviation = Math.sqrt(average(heard.map((tally) => (successRate(tally) - mean) ** 2)));
  const threshold = Math.min(fine, mean - factor * deviation);
  return heard.filter((tally) => successRate(tally) < threshold);
};

const successRate = ({ ended, failed }: Tally): number => (ended - failed) / ended;

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
