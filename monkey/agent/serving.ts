import type { PoolView } from '../../pool/view.ts';
import { afterRound, type Course, type Finding, findingOf, newCourse } from '../doctor/diagnosis/course.ts';
import { judgeRound } from '../doctor/diagnosis/round.ts';
import { type Admission, type Admitted, admit, judgeAdmission } from '../doctor/life/admit.ts';
import { causeOf, tellRefusal } from '../doctor/life/refuse.ts';
import type { InstanceState } from '../doctor/ports/power.ts';
import type { Vitals } from '../doctor/vitals/vitals.ts';
import { type AskedInstance, askInstance } from './asked-instance.ts';
import { noCauses, withCause } from './causes.ts';
import { type Context, change, policyOf, remember, whoOf } from './context.ts';

/** What the rounds of a serving node have shown so far. Starts anew with every return to service. */
export interface Watch {
  readonly course: Course;
  /** The causes of refusals that people were told of since the node was well, so that each is told once. */
  readonly toldCauses: ReadonlySet<string>;
  readonly vitals: Vitals | undefined;
  readonly finding: Finding;
  /** What EC2 said last of this machine, since it was found sick. */
  readonly instance: AskedInstance | undefined;
}

export const newWatch: Watch = {
  course: newCourse,
  toldCauses: noCauses,
  vitals: undefined,
  finding: { kind: 'unknown', because: 'no round has been made yet' },
  instance: undefined,
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
  if (finding.kind === 'sick') return { ...next, ...(await treat(context, finding, watch, view)) };
  // A round that could not be judged says nothing of what people know.
  return finding.kind === 'well' ? { ...next, toldCauses: noCauses, instance: undefined } : next;
};

type Sick = Extract<Finding, { kind: 'sick' }>;

/** Asks for admission; a refusal is told once per cause. Returns what EC2 has said, and the causes that people know of. */
const treat = async (
  context: Context,
  finding: Sick,
  { toldCauses, instance: before }: Watch,
  view: PoolView,
): Promise<Pick<Watch, 'toldCauses' | 'instance'>> => {
  const instance = await askInstance(context, before, (state) =>
    isRefusedByOthers(judgeAdmission(admissionOf(context, { finding, instance: state, view, viewAgeMs: 0 }), view)),
  );
  const judged = await askForAdmission(context, finding, instance.state);
  if (judged?.kind !== 'refuse') return { toldCauses, instance };
  const { vetoes } = judged;
  const cause = causeOf(vetoes);
  if (toldCauses.has(cause)) return { toldCauses, instance };
  context.parts.log.warn('treatment-vetoed', { node: context.self.id, finding: finding.because, vetoes });
  const told = await change(context, tellRefusal(whoOf(context), finding.because, vetoes));
  const isTold = told.kind === 'committed' || told.kind === 'unacknowledged';
  return { toldCauses: isTold ? withCause(toldCauses, cause) : toldCauses, instance };
};

const isRefusedByOthers = (judged: Admitted): boolean =>
  judged.kind === 'refuse' && judged.vetoes.some(({ guard }) => guard !== 'running');

/** What was judged last; where that is not `refuse`, the commit may have failed all the same. */
const askForAdmission = async (
  context: Context,
  finding: Sick,
  instance: InstanceState,
): Promise<Admitted | undefined> => {
  const { clock } = context.parts;
  let judged: Admitted | undefined;
  let askedAtMs = clock.monotonicMs();
  await change(context, (view, commitId) => {
    remember(context, view);
    const admission = admissionOf(context, { finding, instance, view, viewAgeMs: clock.monotonicMs() - askedAtMs });
    judged = judgeAdmission(admission, view);
    // A further try reads the pool anew, from here on.
    askedAtMs = clock.monotonicMs();
    return admit(admission)(view, commitId);
  });
  return judged;
};

interface Asking extends Pick<Admission, 'finding' | 'instance' | 'viewAgeMs'> {
  readonly view: PoolView;
}

const admissionOf = (context: Context, { view, ...asking }: Asking): Admission => ({
  ...whoOf(context),
  ...asking,
  mode: context.options.mode,
  policy: policyOf(view),
  sinceLostPoolMs: context.known.sinceLostPoolMs(),
});
