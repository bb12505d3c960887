import { formatShare } from '../../pool/units.ts';
import type { Reading } from './reading.ts';

export const statuses = ['healthy', 'unhealthy', 'unknown'] as const;
export type Status = (typeof statuses)[number];

/** A server is unhealthy over one of these, strictly: at 90% it still is healthy where 90% is the threshold. */
export interface Thresholds {
  readonly cpuShare: number;
  readonly memoryShare: number;
}

/** One server as it is told; null is what is not known. */
export interface ServerLine {
  readonly address: string;
  readonly node: string | null;
  readonly service: string | null;
  readonly status: Status;
  readonly cpuShare: number | null;
  readonly memoryShare: number | null;
  /** Why it is unhealthy or unknown. */
  readonly because: string | null;
}

export const judge = (reading: Reading, thresholds: Thresholds): ServerLine => ({
  address: reading.address,
  node: reading.node ?? null,
  service: reading.service ?? null,
  cpuShare: reading.cpuShare ?? null,
  memoryShare: reading.memoryShare ?? null,
  ...verdictOn(reading, thresholds),
});

type Verdict = Pick<ServerLine, 'status' | 'because'>;

/**
 * A server of which one value could not be read is unknown even where the other is over its threshold: what answers
 * half may be wrong in the other half as well.
 */
const verdictOn = (reading: Reading, thresholds: Thresholds): Verdict => {
  switch (reading.kind) {
    case 'unknown':
      return { status: 'unknown', because: reading.because };
    case 'out':
      return { status: 'unhealthy', because: reading.because };
    case 'measured': {
      const over = [
        ...overText('CPU', reading.cpuShare, thresholds.cpuShare),
        ...overText('memory', reading.memoryShare, thresholds.memoryShare),
      ];
      return over.length === 0
        ? { status: 'healthy', because: null }
        : { status: 'unhealthy', because: over.join(', ') };
    }
  }
};

const overText = (what: string, share: number, threshold: number): readonly string[] =>
  share > threshold ? [`${what} ${formatShare(share)} is over ${formatShare(threshold)}`] : [];
