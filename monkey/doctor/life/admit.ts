import type { NodeDraft } from '../../../pool/commit.ts';
import type { Decide } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import { type NodeRecord, treatmentTimesKept } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Finding } from '../diagnosis/course.ts';
import { census } from '../treatment/census.ts';
import type { Question } from '../treatment/guard.ts';
import { askGuards, vetoesOf } from '../treatment/guards.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';

/** A treatment within this time of the last one is a relapse: the last remedy did not last. */
export const relapseWithinMs = 24 * 3_600_000;

export interface Admission {
  readonly node: string;
  readonly session: string;
  readonly finding: Extract<Finding, { kind: 'sick' }>;
  readonly mode: 'observe' | 'act';
  readonly policy: Policy;
  readonly viewAgeMs: () => number;
  readonly sinceLostPoolMs: number | undefined;
}

/**
 * Whether a sick node may be taken out for a treatment, and if so the commit that does it. A refusal names every
 * guard that vetoed (`detail.vetoes`), and `mode: observe` refuses what the guards allow.
 */
export const admit =
  (admission: Admission): Decide =>
  (view, commitId) => {
    const node = view.nodes.get(admission.node);
    if (node?.state !== 'serving') return nothing(`not serving but ${node?.state ?? 'unknown to the pool'}`);
    if (node.session !== admission.session) return nothing('another session holds the record');
    const vetoes = vetoesOf(askGuards(questionOf(admission, node, view)));
    if (vetoes.length > 0)
      return nothing(vetoes.map((veto) => `${veto.guard}: ${veto.because}`).join('; '), { vetoes });
    if (admission.mode === 'observe')
      return nothing('only observing (agent.mode: observe); it would be treated', {
        vetoes: [{ kind: 'veto', guard: 'mode', because: 'agent.mode is observe', detail: {} }],
      });
    return admitted(admission, node, view, commitId);
  };

const questionOf = ({ policy, viewAgeMs, sinceLostPoolMs }: Admission, node: NodeRecord, view: PoolView): Question => ({
  node,
  view,
  policy,
  census: census(view, policy),
  viewAgeMs: viewAgeMs(),
  ...(sinceLostPoolMs === undefined ? {} : { sinceLostPoolMs }),
});

const admitted = ({ finding, policy }: Admission, node: NodeRecord, view: PoolView, commitId: string) => {
  const lastMs = node.treatmentTimes.at(-1);
  const relapsed = lastMs !== undefined && view.nowMs - lastMs <= relapseWithinMs;
  const draining: NodeDraft = {
    ...draftWithout(node, 'servingSinceMs'),
    ...entering(view, 'draining', finding.because),
    incident: `inc-${commitId}`,
    drain: commitId,
    purpose: 'treat',
    owner: `agent:${node.id}`,
    stepDeadlineMs: view.nowMs + policy.drain.deadline + policy.drain.calm + policy.evidence.deadline,
    relapses: relapsed ? node.relapses + 1 : 0,
    treatmentTimes: [...node.treatmentTimes, view.nowMs].slice(-treatmentTimesKept),
  };
  const { because } = finding;
  return commit('admitted', {
    expect: [unchanged(node), { kind: 'admission', admissionVersion: view.admissionVersion }, { kind: 'lever-free' }],
    writes: [
      { kind: 'put-node', node: draining },
      ...told(
        draining,
        { step: 'found', because, detail: { finding: finding.finding } },
        { step: 'draining', because: 'out of the live list; waiting for routers to let go' },
      ),
    ],
    notices: noticesOf(
      commitId,
      { ...node, incident: `inc-${commitId}` },
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
