/**
 * A histogram of durations, kept as plain numbers: it is fed with every request, and read once in seconds. The text is
 * Prometheus's: https://prometheus.io/docs/instrumenting/exposition_formats/#histograms-and-summaries
 */

export interface Histogram {
  readonly name: string;
  readonly help: string;
  /** Upper ends of the buckets in seconds, growing. */
  readonly bounds: readonly number[];
}

/** What has been counted; of the same bounds it can be added up. */
interface Durations {
  /** One for each bound; the last one for what is longer than all. */
  readonly counts: number[];
  readonly sumMs: number;
}

export interface DurationHistogram {
  readonly observe: (ms: number) => void;
  readonly counted: () => Durations;
  /** Lines for Prometheus, in seconds. */
  readonly text: () => string;
}

export const durationHistogram = (histogram: Histogram): DurationHistogram => {
  const { bounds } = histogram;
  const boundsMs = Float64Array.from(bounds, (bound) => bound * 1_000);
  const counts = new Float64Array(bounds.length + 1);
  let sumMs = 0;
  const counted = (): Durations => ({ counts: [...counts], sumMs });
  return {
    observe: (ms) => {
      let at = 0;
      while (at < boundsMs.length && ms > (boundsMs[at] ?? 0)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
      sumMs += ms;
    },
    counted,
    text: () => textOfDurations(histogram, counted()),
  };
};

export const addDurations = (all: readonly Durations[], bounds: Histogram['bounds']): Durations => ({
  counts: [...bounds, Number.POSITIVE_INFINITY].map((_, at) =>
    all.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0),
  ),
  sumMs: all.reduce((sum, one) => sum + one.sumMs, 0),
});

export const textOfDurations = ({ name, help, bounds }: Histogram, { counts, sumMs }: Durations): string => {
  let total = 0;
  const lines = [...bounds.map(String), '+Inf'].map((bound, at) => {
    total += counts[at] ?? 0;
    return `${name}_bucket{le="${bound}"} ${total}`;
  });
  const head = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  return [...head, ...lines, `${name}_sum ${sumMs / 1_000}`, `${name}_count ${total}`, ''].join('\n');
};
