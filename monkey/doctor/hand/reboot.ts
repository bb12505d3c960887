/*
 * A human orders a reboot. It goes the way of every treatment: guards, drain, evidence, intent, proof, checks.
 *
 * INVARIANTS
 * - All guards of a treatment are asked; `force` passes over them and says so in the record. EC2's word is asked for by
 *   the agent, right before the call.
 * - Neither the lever nor a hold is ever passed over: who pulled or holds has to let go.
 * - A quarantined node comes back by its reboot only: where that is not done it is quarantined again.
 * - Nobody but the node's own agent carries it out, so none is ordered of an agent that would not.
 */
import type { NodeDraft } from '../../../pool/commit.ts';
import type { Decide, Decision } from '../../../pool/decision.ts';
import { isKnownState, type NodeRecord, treatmentTimesKept } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import { commit, draftWithout, entering, noticesOf, told, unchanged } from '../life/draft.ts';
import type { Veto } from '../treatment/guard.ts';
import { guards } from '../treatment/guards.ts';
import { leverPulled } from '../treatment/lever.ts';
import { ordered } from '../treatment/plan.ts';
import { stepSlackMs } from '../treatment/step-slack.ts';
import { toldBy } from '../vitals/told.ts';
import { forced, type NodeOrder, policyNow, refuse, unknownNode, vetoesAgainst, vetoText } from './order.ts';

export const reboot =
  (order: NodeOrder): Decide =>
  (view, commitId) => {
    const node = view.nodes.get(order.node);
    if (node === undefined) return unknownNode(view, order.node);
    const obstacle = neverPassedOver(node, view) ?? ofState(node) ?? ofAgent(node, view);
    if (obstacle !== undefined) return obstacle;
    const { running: _askedByTheAgent, ...asked } = guards;
    const vetoes = vetoesAgainst(view, node, asked);
    return vetoes.length > 0 && !order.force
      ? refuse('vetoed', `${node.id} is not rebooted. ${vetoText(vetoes)}`, { vetoes })
      : takeOut(order, node, vetoes, view, commitId);
  };

const neverPassedOver = (node: NodeRecord, view: PoolView): Decision | undefined => {
  if (node.heldBy !== undefined)
    return refuse(
      'held',
      `${node.id} is held by ${node.heldBy}, and no order passes over a hold, not with --force either; first: monkey readmit ${node.id}`,
    );
  const pulled = leverPulled(view);
  return pulled === undefined
    ? undefined
    : refuse(
        'paused',
        `healing is paused by ${pulled.by} (${pulled.because}), and no order passes over that, not with --force either; first: monkey resume`,
      );
};

/** Undefined in the states that a reboot may begin in. */
const ofState = ({ id, state, because }: NodeRecord): Decision | undefined => {
  if (!isKnownState(state))
    return refuse('unknown-state', `${id} is ${state}, a state of another version; nothing is done to it`);
  switch (state) {
    case 'serving':
    case 'quarantined':
      return undefined;
    case 'draining':
    case 'rebooting':
    case 'checking':
      return refuse('under-way', `${id} is ${state} (${because}); wait until that is over`);
    case 'lost':
      return refuse('lost', `${id} is lost: its agent is silent, and nobody else carries out an order`);
    case 'held':
      return refuse('held', `${id} is held; first: monkey readmit ${id}`);
    case 'left':
      return refuse('left', `${id} has left the pool`);
  }
};

const ofAgent = ({ id, session }: NodeRecord, view: PoolView): Decision | undefined => {
  const seenMs = view.seen.get(id);
  if (seenMs === undefined || view.nowMs - seenMs > policyNow(view).silence.after) {
    const since = seenMs === undefined ? 'has never beaten' : `has not beaten for ${formatMs(view.nowMs - seenMs)}`;
    return refuse('silent', `the agent of ${id} ${since}, and nobody else carries out an order`);
  }
  const beat = view.beats.get(id);
  // An agent of a version that tells no pulse, or no mode in it, or what another session told before it.
  const mode = beat?.session === session ? toldBy(beat).mode : undefined;
  switch (mode) {
    case 'act':
      return undefined;
    case 'observe':
      return refuse('observes', `the agent of ${id} only observes (agent.mode): it reboots nothing`);
    case undefined:
      return refuse(
        'mode-unknown',
        `it is not known whether the agent of ${id} acts: its session has told nothing of that; wait for its next beat, or bring the agent up to date`,
      );
  }
};

const takeOut = (
  order: NodeOrder,
  node: NodeRecord,
  vetoes: readonly Veto[],
  view: PoolView,
  commitId: string,
): Decision => {
  const because = `reboot ordered by ${order.by}: ${order.because}`;
  const out = draining(order, node, vetoes, because, view, commitId);
  const detail = { by: order.by, because: order.because, ...forced(vetoes) };
  return commit('reboot-ordered', {
    expect: [unchanged(node), { kind: 'admission', admissionVersion: view.admissionVersion }, { kind: 'lever-free' }],
    writes: [
      { kind: 'put-node', node: out },
      // Of a quarantined node: a human has come, so its page is over.
      ...told(node, { step: 'ordered', because, outcome: 'returned' }),
      ...told(
        out,
        { step: 'ordered', because, detail: { ...detail, finding: ordered, vetoes } },
        { step: 'draining', because: 'out of the live list; waiting for routers to let go' },
      ),
    ],
    notices: noticesOf(commitId, out, {
      kind: 'draining',
      urgency: 'info',
      text: `${node.id}, which was ${node.state}, is taken out of the pool; ${because}${vetoes.length > 0 ? `, against ${vetoText(vetoes)}` : ''}.`,
      detail,
    }),
    durable: true,
  });
};

const draining = (
  order: NodeOrder,
  node: NodeRecord,
  vetoes: readonly Veto[],
  because: string,
  view: PoolView,
  commitId: string,
): NodeDraft => {
  const { drain, evidence } = policyNow(view);
  return {
    ...draftWithout(node, 'servingSinceMs', 'finding', 'remedy', 'restarting', 'wants', 'drained'),
    ...entering(view, 'draining', because),
    ...{ incident: `inc-${commitId}`, drain: commitId, purpose: 'treat', finding: ordered, owner: `agent:${node.id}` },
    orderedBy: order.by,
    ...(node.state === 'quarantined' ? { quarantinedFor: node.because } : {}),
    ...forced(vetoes),
    stepDeadlineMs: view.nowMs + drain.deadline + evidence.deadline + stepSlackMs,
    // It costs the pool what any treatment does; that it was needed says nothing of the last one.
    treatmentTimes: [...node.treatmentTimes, view.nowMs].slice(-treatmentTimesKept),
  };
};
