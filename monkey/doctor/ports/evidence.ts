import type { Limits } from '../../../pool/store.ts';
import type { Fingerprint } from '../evidence/fingerprint.ts';
import type { HotFrame } from '../evidence/hottest.ts';
import type { MemoryTold } from '../memory/told.ts';
import type { Captured } from './profiler.ts';

/** What a node was doing when it was found sick. Plain JSON, at most 64 KiB. */
export interface Evidence {
  readonly topByCpu: readonly ProcessLine[];
  readonly topByMemory: readonly ProcessLine[];
  readonly load: readonly [number, number, number];
  /** What the app was doing; its stacks, and lines of logs, are kept beside the incident. */
  readonly profile?: ProfileTold;
  /** What of it is kept beside the incident. */
  readonly kept?: readonly KeptKind[];
  /** The deploy that ran, in the words of whoever deploys; absent: nobody says. */
  readonly deploy?: string;
  /** Who was killed for want of memory, who has it and who grew; absent where the finding is about something else. */
  readonly memory?: MemoryTold;
  /** What could not be had, and why. */
  readonly missing: readonly string[];
}

export type KeptKind = 'profile' | 'healthy' | 'journal' | 'oom';

/** A profile in a few lines: what people are told of it, and what the judgement asks of it. */
export interface ProfileTold extends Omit<Captured, 'kind' | 'stacks'> {
  readonly samples: number;
  /** The hottest own frames, at most three. */
  readonly hottest: readonly HotFrame[];
  /** Absent: nothing own stands out. */
  readonly fingerprint?: Fingerprint;
  /** The node, healthy then, that it is compared with. */
  readonly healthy?: { readonly node: string; readonly atMs: number };
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
