/*
 * Whether a sick node may be taken out for a treatment.
 *
 * INVARIANTS
 * - A node is taken out only where no guard vetoes and the agent may act; the commit expects that nobody was taken
 *   out, and no lever pulled, since the view that the guards judged.
 * - A refusal names every guard that vetoed; an admission records what every guard has said.
 * - A node whose reboots of the day are spent is quarantined, where nothing else stands against taking it out.
 */
import type { Expectation, NodeDraft } from '../../../pool/commit.ts';
import type { Decide, Decision } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Finding } from '../diagnosis/course.ts';
import type { InstanceState } from '../ports/power.ts';
import { census } from '../treatment/census.ts';
import type { Answer, Question, Veto } from '../treatment/guard.ts';
import { askGuards, vetoesOf } from '../treatment/guards.ts';
import { type Able, ableHere, planFor, remedyOf } from '../treatment/plan.ts';
import { stepSlackMs } from '../treatment/step-slack.ts';
import { isRelapse, treatedAnew } from '../treatment/treated-anew.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';
import { type Own, own } from './own.ts';
import { quarantineSpent } from './quarantine-spent.ts';
import { ofTheTreatment } from './shut-out.ts';

export interface Admission extends Own {
  readonly finding: Extract<Finding, { kind: 'sick' }>;
  readonly mode: 'observe' | 'act';
  readonly policy: Policy;
  /** What EC2 has just said of the machine. */
  readonly instance: InstanceState | undefined;
  /** Whether the agent can restart the service; absent: it can't. */
  readonly service?: Able;
  /** How old the view is, by the asker's monotonic clock. */
  readonly viewAgeMs: number;
  readonly sinceLostPoolMs: number | undefined;
}

export type Admitted =
  | { readonly kind: 'admit'; readonly node: NodeRecord; readonly answers: readonly Answer[] }
  /** Its reboots are spent, and nothing else stands against taking it out. */
  | {
      readonly kind: 'quarantine';
      readonly node: NodeRecord;
      readonly answers: readonly Answer[];
      readonly spent: Veto;
    }
  | { readonly kind: 'refuse'; readonly vetoes: readonly Veto[] }
  /** There is nothing to ask about. */
  | { readonly kind: 'not-ours'; readonly because: string };

export const judgeAdmission = (admission: Admission, view: PoolView): Admitted => {
  const node = own(view, admission, 'serving');
  if (node === undefined) return { kind: 'not-ours', because: 'not serving, or not in this session' };
  const answers = askGuards(questionOf(admission, node, view));
  const vetoes = vetoesOf(answers);
  const [first, ...more] = vetoes;
  if (admission.mode === 'observe') return { kind: 'refuse', vetoes: first === undefined ? [onlyObserving] : vetoes };
  if (first === undefined) return { kind: 'admit', node, answers };
  return first.guard === 'node-budget' && more.length === 0
    ? { kind: 'quarantine', node, answers, spent: first }
    : { kind: 'refuse', vetoes };
};

/** Only where the guards would let the node be treated: people should see in their reports what would have happened. */
const onlyObserving: Veto = {
  kind: 'veto',
  guard: 'mode',
  because: 'agent.mode is observe; in mode act it would be treated',
  detail: {},
};

const noService: Able = { kind: 'unable', because: 'nobody has said how' };

const questionOf = (
  { finding, service = noService, policy, instance, viewAgeMs, sinceLostPoolMs }: Admission,
  node: NodeRecord,
  view: PoolView,
): Question => ({
  ...{ node, view, policy, census: census(view, policy), instance, viewAgeMs },
  remedy: remedyOf(
    planFor(finding.finding, node, {
      ...{ nowMs: view.nowMs, skipMs: policy.remedies.skip },
      able: ableHere(service),
    }),
  ),
  ...(sinceLostPoolMs === undefined ? {} : { sinceLostPoolMs }),
});

/** The commit that takes the node out, where it may be. */
export const admit =
  (admission: Admission): Decide =>
  (view, commitId) =>
    admitJudged(admission, judgeAdmission(admission, view), view, commitId);

/** The same where it has just been judged, on this view. */
export const admitJudged = (admission: Admission, judged: Admitted, view: PoolView, commitId: string): Decision => {
  switch (judged.kind) {
    case 'not-ours':
      return nothing(judged.because);
    case 'refuse':
      return nothing(judged.vetoes.map((veto) => `${veto.guard}: ${veto.because}`).join('; '));
    case 'admit':
      return takeOut(admission, judged, view, commitId);
    case 'quarantine':
      return quarantineSpent(
        { ...judged, finding: admission.finding, expect: expectationsOf(judged.node, view) },
        view,
        commitId,
      );
  }
};

type Judged<K extends Admitted['kind']> = Extract<Admitted, { kind: K }>;

const takeOut = (
  { finding, policy }: Admission,
  { node, answers }: Judged<'admit'>,
  view: PoolView,
  commitId: string,
): Decision => {
  const out = draining(node, finding, policy, view, commitId);
  const { because } = finding;
  return commit('admitted', {
    expect: expectationsOf(node, view),
    writes: [
      { kind: 'put-node', node: out },
      ...told(
        out,
        { step: 'found', because, detail: { finding: finding.finding, answers } },
        { step: 'draining', because: 'out of the live list; waiting for routers to let go' },
      ),
    ],
    notices: noticesOf(
      commitId,
      out,
      {
        kind: 'sick',
        urgency: 'warning',
        text: `${node.id} is sick: ${because}.`,
        detail: { finding: finding.finding, because },
      },
      {
        kind: 'draining',
        urgency: 'info',
        text: `${node.id} was taken out of the pool; waiting until every router has let go of it.`,
      },
    ),
    durable: true,
  });
};

/** Nobody was taken out, and no limit moved, since the view that the guards judged. */
const expectationsOf = (node: NodeRecord, view: PoolView): readonly Expectation[] => [
  unchanged(node),
  { kind: 'admission', admissionVersion: view.admissionVersion },
  { kind: 'lever-free' },
];

const draining = (
  node: NodeRecord,
  { finding: kind, because }: Admission['finding'],
  policy: Policy,
  view: PoolView,
  commitId: string,
): NodeDraft => {
  const notBusy = isRelapse(node, view.nowMs) ? [] : (['busy'] as const);
  return {
    ...draftWithout(node, ...ofTheTreatment, 'finding', ...notBusy),
    ...entering(view, 'draining', because),
    incident: `inc-${commitId}`,
    drain: commitId,
    purpose: 'treat',
    finding: kind,
    owner: `agent:${node.id}`,
    stepDeadlineMs: view.nowMs + policy.drain.deadline + policy.drain.calm + policy.evidence.deadline + stepSlackMs,
    ...treatedAnew(node, view.nowMs),
  };
};
