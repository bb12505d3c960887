/** One value of one round, before it is written in any tool's format. */
export interface Gauge {
  /** Whole and unsanitised: each format has its own rules for names. */
  readonly host: string;
  readonly command: string;
  /** null where the processes of one command are added up. */
  readonly pid: number | null;
  readonly metric: GaugeMetric;
  /** KiB; of `count` the number of processes. */
  readonly value: number;
}

/** `vss` is what ps calls vsz: the name that the first collector gave it, and that its graphs ask for. */
export type GaugeMetric = 'rss' | 'vss' | 'pss' | 'count';
