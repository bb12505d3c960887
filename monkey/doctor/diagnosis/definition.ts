import type { Policy } from '../../../pool/policy.ts';
import type { Remedy } from '../../../pool/record.ts';
import type { Examination } from '../vitals/examination.ts';

/**
 * What one round says of a node. `warm` lies between the two thresholds and decides nothing; `unknown` is what
 * could not be measured or must not be judged yet.
 */
export interface RoundVerdict {
  readonly kind: 'hot' | 'warm' | 'calm' | 'unknown';
  readonly because: string;
  /** What a hot round counts for, where it is more than 1: so many kills, say. */
  readonly count?: number;
  /** Who or what it is about, in words: told as long as the round counts. */
  readonly about?: string;
}

/** When rounds make a node sick: at a count of `sick` within the last `of`. */
export interface CourseRule {
  readonly sick: number;
  readonly of: number;
  /** Events come and go: what they make sick is so while they count enough, and no calm round ends it before. */
  readonly ofEvents?: true;
}

export type Act = 'treat' | 'report' | 'off';

type VitalsPolicy = Policy['vitals'];

/** One kind of finding: how a round is judged by it, and what is done about it. */
export interface FindingDefinition {
  /** What a human calls it: `OOM kills`. */
  readonly title: string;
  /** Pure judgement of one round; undefined: the round says nothing new of it. */
  readonly judge: (seen: Examination, policy: VitalsPolicy) => RoundVerdict | undefined;
  /** The same once no traffic is left, where that is another question than in any other round. */
  readonly judgeDrained?: (seen: Examination, policy: VitalsPolicy) => RoundVerdict | undefined;
  /** For how long what is measured still tells of traffic that is gone (milliseconds); absent: not at all. */
  readonly lingersMs?: (policy: VitalsPolicy) => number;
  readonly course: (policy: VitalsPolicy) => CourseRule;
  /** What cures, in the order in which it is tried; after the last comes a human. */
  readonly remedies: readonly Remedy[];
  readonly act: (policy: VitalsPolicy) => Act;
  /** How loudly it is told where it is only reported. */
  readonly urgency: 'warning' | 'page';
}
