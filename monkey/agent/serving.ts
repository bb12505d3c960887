import type { Decide } from '../../pool/decision.ts';
import type { PoolView } from '../../pool/view.ts';
import type { Finding } from '../doctor/diagnosis/course.ts';
import { afterExamination, type Courses, findingsOf, isTreated } from '../doctor/diagnosis/courses.ts';
import { type FindingKind, findingKinds, findings } from '../doctor/diagnosis/findings.ts';
import { type Admission, type Admitted, admitJudged, judgeAdmission } from '../doctor/life/admit.ts';
import { nothing } from '../doctor/life/draft.ts';
import { causeOf, tellRefusal } from '../doctor/life/refuse.ts';
import { tellReported } from '../doctor/life/tell-reported.ts';
import type { Vitals } from '../doctor/vitals/vitals.ts';
import { type AskedInstance, askInstance } from './asked-instance.ts';
import { noCauses, withCause } from './causes.ts';
import { type Context, change, policyOf, type Read, remember, whoOf } from './context.ts';
import type { LocalChecks } from './local-checks.ts';
import { serviceAble } from './means.ts';

/** What the rounds of a serving node have shown so far. Starts anew with every return to service. */
export interface Watch {
  readonly courses: Courses;
  /** The causes of refusals that people were told of since the node was well, so that each is told once. */
  readonly toldCauses: ReadonlySet<string>;
  /** Findings that are only reported and that people were told of, while they last. */
  readonly toldFindings: ReadonlySet<FindingKind>;
  readonly vitals: Vitals | undefined;
  readonly finding: Finding;
  /** What EC2 said last of this machine, since it was found sick. */
  readonly instance: AskedInstance | undefined;
  /** The last round may have taken the node out: what to do next stands in the record. */
  readonly mayBeOut: boolean;
}

export const newWatch: Watch = {
  courses: {},
  toldCauses: noCauses,
  toldFindings: new Set(),
  vitals: undefined,
  finding: { kind: 'unknown', because: 'no round has been made yet' },
  instance: undefined,
  mayBeOut: false,
};

type Sick = Extract<Finding, { kind: 'sick' }>;

/** One round of a serving node: measure, judge by the pool's policy, and ask for a treatment where it is sick. */
export const round = async (context: Context, watch: Watch, read: Read, checks: LocalChecks): Promise<Watch> => {
  const { parts, self, signal } = context;
  const policy = policyOf(read.view);
  const measured = await parts.vitals.measure({ deadlineMs: 5_000, signal });
  const measuredAtMs = parts.clock.monotonicMs();
  const vitals = await context.memory.withNames(measured);
  if (signal.aborted) return watch;
  const courses = afterExamination(watch.courses, { vitals, checks: checks.next(policy) }, policy.vitals);
  const { first: finding, reported } = findingsOf(courses, policy.vitals);
  if (!isSame(finding, watch.finding)) parts.log.info('finding', { node: self.id, finding });
  const toldFindings = await report(context, reported, stillSick(watch.toldFindings, courses));
  const next: Watch = { ...watch, courses, vitals, finding, toldFindings, mayBeOut: false };
  if (finding.kind === 'sick' && isTreated(finding, policy.vitals))
    return { ...next, ...(await treat(context, { finding, measuredAtMs }, watch, read)) };
  // A round that could not be judged says nothing of what people know.
  const isOver = !findingKinds.some(
    (kind) => courses[kind]?.sick === true && findings[kind].act(policy.vitals) === 'treat',
  );
  return isOver ? { ...next, toldCauses: noCauses, instance: undefined } : next;
};

const isSame = (one: Finding, other: Finding): boolean => one.kind === other.kind && kindOf(one) === kindOf(other);
const kindOf = (finding: Finding): FindingKind | undefined => (finding.kind === 'sick' ? finding.finding : undefined);

const stillSick = (kinds: ReadonlySet<FindingKind>, courses: Courses): ReadonlySet<FindingKind> =>
  new Set([...kinds].filter((kind) => courses[kind]?.sick === true));

/** Tells people, once each, of what is found and not treated. Returns what they know of. */
const report = async (
  context: Context,
  reported: readonly Sick[],
  toldFindings: ReadonlySet<FindingKind>,
): Promise<ReadonlySet<FindingKind>> => {
  const told = new Set(toldFindings);
  for (const finding of reported.filter(({ finding: kind }) => !toldFindings.has(kind))) {
    const outcome = await change(context, tellReported(whoOf(context), finding));
    if (outcome.kind === 'committed' || outcome.kind === 'unacknowledged') told.add(finding.finding);
  }
  return told;
};

interface Found {
  readonly finding: Sick;
  readonly measuredAtMs: number;
}

/** Asks for admission; a refusal is told once per cause. Returns what has become known by it. */
const treat = async (
  context: Context,
  { finding, measuredAtMs }: Found,
  { toldCauses, instance: before }: Watch,
  read: Read,
): Promise<Pick<Watch, 'toldCauses' | 'instance' | 'mayBeOut'>> => {
  const { view } = read;
  const instance = await askInstance(context, before, (state) =>
    isRefusedByOthers(judgeAdmission(admissionOf(context, { finding, instance: state, view, viewAgeMs: 0 }), view)),
  );
  const wanted = { finding, measuredAtMs, instance: instance.state, isOldWord: instance === before, read, toldCauses };
  const { refused, isTold } = await askForAdmission(context, wanted);
  const known = refused !== undefined && isTold ? withCause(toldCauses, refused) : toldCauses;
  return { toldCauses: known, instance, mayBeOut: refused === undefined };
};

const isRefusedByOthers = (judged: Admitted): boolean =>
  judged.kind === 'refuse' && judged.vetoes.some(({ guard }) => guard !== 'running');

/**
 * A view of this age is good enough for the first try: a thousand nodes found sick at once read the pool once each, for
 * which Redis needs 3 s. That it is not acted on any later than after 5 s the commit sees to.
 */
const stillGoodMs = 4_000;
/** Nobody is treated by what was measured longer ago: an agent that was stopped wakes up to another day. */
const measuredWithinMs = 10_000;

interface Wanted extends Pick<Admission, 'instance'>, Found {
  /** EC2 said so in a round before this one: good enough for a refusal, and for nothing else. */
  readonly isOldWord: boolean;
  readonly read: Read;
  readonly toldCauses: ReadonlySet<string>;
}

interface Asked {
  /** The cause of the refusal; undefined: the node may have been taken out. */
  readonly refused: string | undefined;
  /** Something was committed: the refusal too, where it is one. */
  readonly isTold: boolean;
}

/**
 * Takes the node out, or tells why not, whichever the view says: one decision, and one commit. Whoever is admitted moves
 * the admission of all others; where many are found sick at once they try again spread out, and find the limit reached.
 */
const askForAdmission = async (
  context: Context,
  { read, toldCauses, isOldWord, measuredAtMs, ...wanted }: Wanted,
): Promise<Asked> => {
  const { clock, log } = context.parts;
  const known = clock.monotonicMs() - read.askedAtMs <= stillGoodMs ? read.view : undefined;
  let { askedAtMs } = read;
  let refused: string | undefined;
  const decide: Decide = (view, commitId) => {
    if (view !== known) remember(context, view);
    if (clock.monotonicMs() - measuredAtMs > measuredWithinMs)
      return nothing('the finding is old: the next round measures');
    const admission = admissionOf(context, { ...wanted, view, viewAgeMs: clock.monotonicMs() - askedAtMs });
    const judged = judgeAdmission(admission, view);
    refused = judged.kind === 'refuse' ? causeOf(judged.vetoes) : undefined;
    // Others refused by the view before this one: the next round asks EC2.
    if (isOldWord && !isRefusedByOthers(judged)) return nothing('EC2 has not been asked in this round');
    if (judged.kind !== 'refuse' || toldCauses.has(causeOf(judged.vetoes)))
      return admitJudged(admission, judged, view, commitId);
    const { because } = wanted.finding;
    log.warn('treatment-vetoed', { node: context.self.id, finding: because, vetoes: judged.vetoes });
    return tellRefusal(whoOf(context), because, judged.vetoes)(view, commitId);
  };
  const onRead = (): void => {
    askedAtMs = clock.monotonicMs();
  };
  const before = { onRead, rivals: servingIn, ...(known === undefined ? {} : { known }) };
  const { kind } = await change(context, decide, before);
  return { refused, isTold: kind === 'committed' || kind === 'unacknowledged' };
};

/** Any of them may have been found sick in the same moment. */
const servingIn = ({ live }: PoolView): number => live.length;

interface Asking extends Pick<Admission, 'finding' | 'instance' | 'viewAgeMs'> {
  readonly view: PoolView;
}

const admissionOf = (context: Context, { view, ...asking }: Asking): Admission => ({
  ...whoOf(context),
  ...asking,
  mode: context.options.mode,
  policy: policyOf(view),
  service: serviceAble(context),
  sinceLostPoolMs: context.known.sinceLostPoolMs(),
});
