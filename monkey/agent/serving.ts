import { afterRound, type Course, type Finding, findingOf, newCourse } from '../doctor/diagnosis/course.ts';
import { judgeRound } from '../doctor/diagnosis/round.ts';
import { admit } from '../doctor/life/admit.ts';
import { causeOf, tellRefusal } from '../doctor/life/refuse.ts';
import type { Veto } from '../doctor/treatment/guard.ts';
import type { Vitals } from '../doctor/vitals/vitals.ts';
import { type Context, change, policyOf, viewNow } from './context.ts';

/** What the rounds of a serving node have shown so far. Starts anew with every return to service. */
export interface Watch {
  readonly course: Course;
  /** The cause of the last refusal that people were told of, so that each is told once. */
  readonly toldCause: string | undefined;
  readonly vitals: Vitals | undefined;
  readonly finding: Finding;
}

export const newWatch: Watch = {
  course: newCourse,
  toldCause: undefined,
  vitals: undefined,
  finding: { kind: 'unknown', because: 'no round has been made yet' },
};

/** One round of a serving node: measure, judge, and ask for a treatment where it is sick. */
export const round = async (context: Context, watch: Watch): Promise<Watch> => {
  const { parts, self } = context;
  const vitals = await parts.vitals.measure({ deadlineMs: 5_000, signal: context.signal });
  const view = await viewNow(context);
  const policy = policyOf(view);
  const course = afterRound(watch.course, judgeRound(vitals, policy.vitals), policy.vitals.rounds);
  const finding = findingOf(course, policy.vitals.rounds);
  if (finding.kind !== watch.finding.kind) parts.log.info('finding', { node: self.id, finding });
  const next: Watch = { ...watch, course, vitals, finding };
  if (finding.kind !== 'sick') return { ...next, toldCause: undefined };
  return { ...next, toldCause: await treat(context, finding, watch.toldCause) };
};

/** Asks for admission; a refusal is told once per cause. Returns the cause that people know of. */
const treat = async (context: Context, finding: Extract<Finding, { kind: 'sick' }>, toldCause: string | undefined) => {
  const { self, options, known, parts } = context;
  let readAtMs = parts.clock.monotonicMs();
  const outcome = await change(context, (view, commitId) => {
    known.read(view);
    const policy = policyOf(view);
    const viewAgeMs = (): number => parts.clock.monotonicMs() - readAtMs;
    const decision = admit({
      node: self.id,
      session: self.session,
      finding,
      mode: options.mode,
      policy,
      viewAgeMs,
      sinceLostPoolMs: known.sinceLostPoolMs(),
    })(view, commitId);
    // A second try reads the pool again, from here on.
    readAtMs = parts.clock.monotonicMs();
    return decision;
  });
  if (outcome.kind !== 'nothing') return undefined;
  const vetoes = (outcome.detail?.['vetoes'] ?? []) as readonly Veto[];
  const cause = causeOf(vetoes);
  if (vetoes.length === 0 || cause === toldCause) return toldCause;
  parts.log.warn('treatment-vetoed', { node: self.id, finding: finding.because, vetoes });
  const said = await change(context, tellRefusal({ node: self.id, session: self.session }, finding.because, vetoes));
  return said.kind === 'committed' ? cause : toldCause;
};
