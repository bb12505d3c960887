import type { Limits } from '../../../pool/store.ts';

/** What a node was doing when it was found sick. Plain JSON, at most 64 KiB. */
export interface Evidence {
  readonly topByCpu: readonly ProcessLine[];
  readonly topByMemory: readonly ProcessLine[];
  readonly load: readonly [number, number, number];
  /** What could not be had, and why. */
  readonly missing: readonly string[];
}
export interface ProcessLine {
  readonly pid: number;
  readonly command: string;
  /** Of one core, over the sample. */
  readonly cpuShare: number;
  readonly rssBytes: number;
}

/** Takes evidence. Never throws and never outlives its deadline: what was not had by then is `missing`. */
export interface EvidenceSource {
  take(limits: Limits): Promise<Evidence>;
}
