/*
 * The courses of all kinds of findings, and what they come to.
 *
 * INVARIANTS
 * - What is to be treated goes before what is only reported, and otherwise the order of the table counts.
 * - A kind that could not be judged is never sick, and does not hide one that is.
 * - Where nothing is found sick, CPU says whether the node is well or not known: every node has one.
 */
import type { Policy } from '../../../pool/policy.ts';
import type { Examination } from '../vitals/examination.ts';
import { afterRound, type Course, type Finding, findingOf, newCourse } from './course.ts';
import { type FindingKind, findingKinds, findings } from './findings.ts';
import { judgeRound } from './round.ts';

export type Courses = Readonly<Partial<Record<FindingKind, Course>>>;

type Sick = Extract<Finding, { kind: 'sick' }>;

export interface Findings {
  /** The one that is told and, where it is to be, treated. */
  readonly first: Finding;
  /** Those found sick that people are only told of, in the table's order. */
  readonly reported: readonly Sick[];
}

/** The courses after one more round. */
export const afterExamination = (courses: Courses, seen: Examination, policy: Policy['vitals']): Courses =>
  Object.fromEntries(
    findingKinds
      .filter((kind) => findings[kind].act(policy) !== 'off')
      .map((kind) => {
        const course = courses[kind] ?? newCourse;
        const verdict = judgeRound(findings[kind], seen, policy);
        return [kind, verdict === undefined ? course : afterRound(course, verdict, findings[kind].course(policy))];
      }),
  );

export const findingsOf = (courses: Courses, policy: Policy['vitals']): Findings => {
  const found = (kind: FindingKind): Finding =>
    findingOf(courses[kind] ?? newCourse, findings[kind].course(policy), kind);
  const sick = findingKinds.map(found).filter((finding) => finding.kind === 'sick');
  const [treated] = sick.filter((finding) => isTreated(finding, policy));
  return {
    first: treated ?? sick[0] ?? found('cpu'),
    reported: sick.filter((finding) => !isTreated(finding, policy)),
  };
};

/** Is this finding to be treated, or only to be told? */
export const isTreated = ({ finding }: Sick, policy: Policy['vitals']): boolean =>
  findings[finding].act(policy) === 'treat';
