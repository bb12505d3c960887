import type { PoolView } from '../../pool/view.ts';
import { afterRound, type Course, type Finding, findingOf, newCourse } from '../doctor/diagnosis/course.ts';
import { judgeRound } from '../doctor/diagnosis/round.ts';
import { type Admission, type Admitted, admit, judgeAdmission } from '../doctor/life/admit.ts';
import { causeOf, tellRefusal } from '../doctor/life/refuse.ts';
import type { Vitals } from '../doctor/vitals/vitals.ts';
import { noCauses, withCause } from './causes.ts';
import { type Context, change, policyOf, remember, whoOf } from './context.ts';

/** What the rounds of a serving node have shown so far. Starts anew with every return to service. */
export interface Watch {
  readonly course: Course;
  /** The causes of refusals that people were told of since the node was well, so that each is told once. */
  readonly toldCauses: ReadonlySet<string>;
  readonly vitals: Vitals | undefined;
  readonly finding: Finding;
}

export const newWatch: Watch = {
  course: newCourse,
  toldCauses: noCauses,
  vitals: undefined,
  finding: { kind: 'unknown', because: 'no round has been made yet' },
};

/** One round of a serving node: measure, judge by the pool's policy, and ask for a treatment where it is sick. */
export const round = async (context: Context, watch: Watch, view: PoolView): Promise<Watch> => {
  const { parts, self, signal } = context;
  const policy = policyOf(view);
  const vitals = await parts.vitals.measure({ deadlineMs: 5_000, signal });
  if (signal.aborted) return watch;
  const course = afterRound(watch.course, judgeRound(vitals, policy.vitals), policy.vitals.rounds);
  const finding = findingOf(course, policy.vitals.rounds);
  if (finding.kind !== watch.finding.kind) parts.log.info('finding', { node: self.id, finding });
  const next: Watch = { ...watch, course, vitals, finding };
  if (finding.kind === 'sick') return { ...next, toldCauses: await treat(context, finding, watch.toldCauses) };
  // A round that could not be judged says nothing of what people know.
  return finding.kind === 'well' ? { ...next, toldCauses: noCauses } : next;
};

/** Asks for admission; a refusal is told once per cause. Returns the causes that people know of. */
const treat = async (
  context: Context,
  finding: Extract<Finding, { kind: 'sick' }>,
  toldCauses: ReadonlySet<string>,
): Promise<ReadonlySet<string>> => {
  const judged = await askForAdmission(context, finding);
  if (judged?.kind !== 'refuse') return toldCauses;
  const { vetoes } = judged;
  const cause = causeOf(vetoes);
  if (toldCauses.has(cause)) return toldCauses;
  context.parts.log.warn('treatment-vetoed', { node: context.self.id, finding: finding.because, vetoes });
  const told = await change(context, tellRefusal(whoOf(context), finding.because, vetoes));
  return told.kind === 'committed' || told.kind === 'unacknowledged' ? withCause(toldCauses, cause) : toldCauses;
};

/** What was judged last; where that is `admit`, the commit may have failed all the same. */
const askForAdmission = async (
  context: Context,
  finding: Extract<Finding, { kind: 'sick' }>,
): Promise<Admitted | undefined> => {
  const { options, known, parts } = context;
  let judged: Admitted | undefined;
  let askedAtMs = parts.clock.monotonicMs();
  await change(context, (view, commitId) => {
    remember(context, view);
    const admission: Admission = {
      ...whoOf(context),
      finding,
      mode: options.mode,
      policy: policyOf(view),
      viewAgeMs: parts.clock.monotonicMs() - askedAtMs,
      sinceLostPoolMs: known.sinceLostPoolMs(),
    };
    judged = judgeAdmission(admission, view);
    // A further try reads the pool anew, from here on.
    askedAtMs = parts.clock.monotonicMs();
    return admit(admission)(view, commitId);
  });
  return judged;
};
