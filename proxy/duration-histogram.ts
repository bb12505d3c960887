/**
 * A histogram of durations, kept as plain numbers: it is fed with every request, and read once in seconds. The text is
 * Prometheus's: https://prometheus.io/docs/instrumenting/exposition_formats/#histograms-and-summaries
 */

export interface DurationHistogram {
  readonly observe: (ms: number) => void;
  /** Lines for Prometheus, in seconds. */
  readonly text: () => string;
}

/** @param bounds upper ends of the buckets in seconds, growing */
export const durationHistogram = (name: string, help: string, bounds: readonly number[]): DurationHistogram => {
  const boundsMs = Float64Array.from(bounds, (bound) => bound * 1_000);
  /** The last one is for what is longer than all bounds. */
  const counts = new Float64Array(bounds.length + 1);
  let sumMs = 0;
  return {
    observe: (ms) => {
      let at = 0;
      while (at < boundsMs.length && ms > (boundsMs[at] ?? 0)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
      sumMs += ms;
    },
    text: () => {
      let total = 0;
      const lines = [...bounds.map(String), '+Inf'].map((bound, at) => {
        total += counts[at] ?? 0;
        return `${name}_bucket{le="${bound}"} ${total}`;
      });
      const head = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
      return [...head, ...lines, `${name}_sum ${sumMs / 1_000}`, `${name}_count ${total}`, ''].join('\n');
    },
  };
};
