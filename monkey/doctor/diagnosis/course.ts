/*
 * The course of a node's rounds by one kind of finding, and the finding that follows from it.
 *
 * INVARIANTS
 * - A node is found sick only by a count of `sick` among the last `of`; a round that is unknown is never hot.
 * - Once sick it stays so until a calm round: the lower threshold keeps it from flapping. A calm round after
 *   sickness starts all counts again. Where events are counted, they alone say how long.
 * - Where the last round is unknown, so is the finding.
 */
import type { CourseRule, RoundVerdict } from './definition.ts';
import type { FindingKind } from './findings.ts';

export interface Course {
  readonly rounds: readonly RoundVerdict[];
  readonly sick: boolean;
}

export const newCourse: Course = { rounds: [], sick: false };

export type Finding =
  | { readonly kind: 'well'; readonly because: string }
  | { readonly kind: 'sick'; readonly finding: FindingKind; readonly because: string }
  | { readonly kind: 'unknown'; readonly because: string };

/** The course after one more round. */
export const afterRound = (course: Course, verdict: RoundVerdict, rule: CourseRule): Course => {
  const rounds = [...course.rounds, verdict].slice(-rule.of);
  const enough = hotCount(rounds) >= rule.sick;
  if (rule.ofEvents === true) return { rounds, sick: enough };
  if (course.sick && verdict.kind === 'calm') return { rounds: [verdict], sick: false };
  return { rounds, sick: course.sick || enough };
};

export const findingOf = (course: Course, rule: CourseRule, kind: FindingKind = 'cpu'): Finding => {
  const last = course.rounds.at(-1);
  if (last === undefined) return { kind: 'unknown', because: 'no round has been made yet' };
  if (last.kind === 'unknown') return { kind: 'unknown', because: last.because };
  const about = course.sick ? course.rounds.findLast((round) => round.about !== undefined)?.about : undefined;
  const because = [last.because, countsIn(course, rule), ...(about === undefined ? [] : [about])].join('; ');
  return course.sick ? { kind: 'sick', finding: kind, because } : { kind: 'well', because };
};

const countsIn = ({ rounds }: Course, { sick, of, ofEvents }: CourseRule): string =>
  ofEvents === true
    ? `${String(hotCount(rounds))} in the last ${String(rounds.length)} rounds, sick at ${String(sick)} in ${String(of)}`
    : `${String(hotCount(rounds))} of the last ${String(rounds.length)} rounds hot, sick at ${String(sick)} of ${String(of)}`;

const hotCount = (rounds: readonly RoundVerdict[]): number =>
  rounds.reduce((sum, { kind, count = 1 }) => sum + (kind === 'hot' ? count : 0), 0);
