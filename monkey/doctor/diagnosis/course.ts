/*
 * The course of a node's rounds, and the finding that follows from it.
 *
 * INVARIANTS
 * - A node is found sick only by `sick` hot rounds among the last `of`; a round that is unknown is never hot.
 * - Once sick it stays so until a calm round: the lower threshold keeps it from flapping. A calm round after
 *   sickness starts all counts again.
 * - Where the last round is unknown, so is the finding.
 */
import type { Policy } from '../../../pool/policy.ts';
import type { RoundVerdict } from './round.ts';

export interface Course {
  readonly rounds: readonly RoundVerdict[];
  readonly sick: boolean;
}

export const newCourse: Course = { rounds: [], sick: false };

export type Finding =
  | { readonly kind: 'well'; readonly because: string }
  | { readonly kind: 'sick'; readonly finding: 'cpu'; readonly because: string }
  | { readonly kind: 'unknown'; readonly because: string };

/** The course after one more round. */
export const afterRound = (course: Course, verdict: RoundVerdict, policy: Policy['vitals']['rounds']): Course => {
  if (course.sick && verdict.kind === 'calm') return { rounds: [verdict], sick: false };
  const rounds = [...course.rounds, verdict].slice(-policy.of);
  return { rounds, sick: course.sick || hotRounds(rounds) >= policy.sick };
};

export const findingOf = (course: Course, policy: Policy['vitals']['rounds']): Finding => {
  const last = course.rounds.at(-1);
  if (last === undefined) return { kind: 'unknown', because: 'no round has been made yet' };
  if (last.kind === 'unknown') return { kind: 'unknown', because: last.because };
  const counts = `${String(hotRounds(course.rounds))} of the last ${String(course.rounds.length)} rounds hot, sick at ${String(policy.sick)} of ${String(policy.of)}`;
  return course.sick
    ? { kind: 'sick', finding: 'cpu', because: `${last.because}; ${counts}` }
    : { kind: 'well', because: `${last.because}; ${counts}` };
};

const hotRounds = (rounds: readonly RoundVerdict[]): number => rounds.filter(({ kind }) => kind === 'hot').length;
