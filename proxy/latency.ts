/**
 * How long a node takes to begin an answer: a moving average that believes a rise at once and a fall slowly, and that
 * fades while nobody asks the node, so that one that was slow is asked again.
 *
 * This is the peak-sensitive EWMA of Finagle (`com.twitter.finagle.loadbalancer.PeakEwma`), with its decay of 10 s.
 */

export interface Latency {
  /** In milliseconds as of `latencyAtMs`; 0: not known. */
  readonly latencyMs: number;
  /** Monotonic. */
  readonly latencyAtMs: number;
}

/** What was learned loses all but 1/e of its weight in this time. */
const decayMs = 10_000;
/** Differences below this are noise to whoever waits, so that fast nodes are all alike. */
const noticeableMs = 2;

/** The latency once a request has taken `observedMs`. */
export const latencyAfter = ({ latencyMs, latencyAtMs }: Latency, observedMs: number, nowMs: number): number => {
  const observed = Math.max(observedMs, noticeableMs);
  if (observed >= latencyMs) return observed;
  const weight = Math.exp((latencyAtMs - nowMs) / decayMs);
  return latencyMs * weight + observed * (1 - weight);
};

/** Writes down what a request has taken. */
export const learn = (
  node: { -readonly [key in keyof Latency]: Latency[key] },
  observedMs: number,
  nowMs: number,
): void => {
  node.latencyMs = latencyAfter(node, observedMs, nowMs);
  node.latencyAtMs = nowMs;
};

/** What to expect of the node now; 0: not known. */
export const latencyNow = ({ latencyMs, latencyAtMs }: Latency, nowMs: number): number =>
  latencyMs <= noticeableMs ? latencyMs : Math.max(noticeableMs, latencyMs * Math.exp((latencyAtMs - nowMs) / decayMs));
