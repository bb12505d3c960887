import type { Policy } from '../../../pool/policy.ts';
import type { Examination } from '../vitals/examination.ts';
import type { FindingDefinition, RoundVerdict } from './definition.ts';

/** Judges one round by one kind of finding; undefined: the round says nothing new of it. */
export const judgeRound = (
  { judge }: FindingDefinition,
  seen: Examination,
  policy: Policy['vitals'],
): RoundVerdict | undefined => inGrace(seen, policy) ?? judge(seen, policy);

/** The same of a round without traffic, where nothing new is not known. */
export const judgeDrainedRound = (
  { judge, judgeDrained = judge, title }: FindingDefinition,
  seen: Examination,
  policy: Policy['vitals'],
): RoundVerdict =>
  inGrace(seen, policy) ?? judgeDrained(seen, policy) ?? { kind: 'unknown', because: `nothing was seen of ${title}` };

const inGrace = ({ vitals: { uptimeSeconds } }: Examination, { grace }: Policy['vitals']): RoundVerdict | undefined =>
  uptimeSeconds * 1_000 >= grace
    ? undefined
    : { kind: 'unknown', because: `booted ${uptimeSeconds.toFixed(0)} s ago, still in its grace` };
