import type { StackTree } from './stack-tree.ts';

export const formats = ['perf', 'folded', 'cpuprofile', 'speedscope', 'pprof'] as const;
export type Format = (typeof formats)[number];

/** Where a program spent what was measured. */
export interface Profile {
  readonly format: Format;
  readonly tree: StackTree;
  /** What the values are: `samples`, `µs`, `bytes`, … */
  readonly unit: string;
  /** What people should know of it: that it was cut short, that other events were left out. */
  readonly notes: readonly string[];
  /** The input breaks off: this is what could be read of it. */
  readonly isCutShort?: true;
}

/** What was read is no profile, or none that says anything; the message is a sentence for people. */
export class NotAProfile extends Error {}
