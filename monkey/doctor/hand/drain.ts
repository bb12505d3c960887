/*
 * A human takes a node out and holds it.
 *
 * INVARIANTS
 * - A serving node is drained before it is held; what is out already is held at once, or at the end of what runs.
 * - The guards that ask what the pool loses with the node hold for a human as well; `force` passes over them and says so
 *   in the record. The others ask whether a machine may treat it: lever, window, heat, cooldown and budgets say nothing.
 */
import type { NodeDraft } from '../../../pool/commit.ts';
import type { Decide, Decision } from '../../../pool/decision.ts';
import { isKnownState, type NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { commit, draftWithout, entering, noticesOf, told, unchanged } from '../life/draft.ts';
import { guardsNamed } from '../treatment/guards.ts';
import { forced, type NodeOrder, policyNow, refuse, unknownNode, vetoesAgainst, vetoText } from './order.ts';

export const drain =
  (order: NodeOrder): Decide =>
  (view, commitId) => {
    const node = view.nodes.get(order.node);
    if (node === undefined) return unknownNode(view, order.node);
    if (node.heldBy !== undefined) return refuse('held', `${node.id} is held by ${node.heldBy} already`);
    if (!isKnownState(node.state))
      return refuse('unknown-state', `${node.id} is ${node.state}, a state of another version; nothing is done to it`);
    switch (node.state) {
      case 'serving':
        return drainServing(order, node, view, commitId);
      case 'draining':
        return node.purpose === 'leave'
          ? refuse('leaving', `${node.id} is leaving the pool: ${node.because}`)
          : holdLater(order, node, commitId, 'once it is drained');
      case 'rebooting':
      case 'checking':
        return holdLater(order, node, commitId, 'once it has come back and passed its checks');
      case 'quarantined':
      case 'lost':
      case 'held':
        return holdNow(order, node, view, commitId);
      case 'left':
        return refuse('left', `${node.id} has left the pool`);
    }
  };

const ofThePool = guardsNamed('out-at-once', 'min-serving', 'forecast');

const drainServing = (order: NodeOrder, node: NodeRecord, view: PoolView, commitId: string): Decision => {
  const vetoes = vetoesAgainst(view, node, ofThePool);
  if (vetoes.length > 0 && !order.force)
    return refuse('vetoed', `${node.id} is not drained. ${vetoText(vetoes)}`, { vetoes });
  const because = reasonOf(order);
  const draining: NodeDraft = {
    ...draftWithout(node, 'servingSinceMs'),
    ...entering(view, 'draining', because),
    ...{ heldBy: order.by, purpose: 'hold', drain: commitId, incident: `inc-${commitId}`, owner: `agent:${node.id}` },
    stepDeadlineMs: view.nowMs + policyNow(view).drain.deadline,
  };
  return commit('drained-by-hand', {
    expect: [unchanged(node), { kind: 'admission', admissionVersion: view.admissionVersion }],
    writes: [
      { kind: 'put-node', node: draining },
      ...told(draining, { step: 'draining', because, detail: { by: order.by, ...forced(vetoes) } }),
    ],
    notices: noticesOf(commitId, draining, {
      kind: 'draining',
      urgency: 'info',
      text: `${node.id} is being taken out of the pool ${because}${vetoes.length > 0 ? `, against ${vetoText(vetoes)}` : ''}.`,
      detail: { by: order.by, because: order.because, ...forced(vetoes) },
    }),
    durable: true,
  });
};

/** What runs is not broken off: the hold takes effect at its end. */
const holdLater = (order: NodeOrder, node: NodeRecord, commitId: string, when: string): Decision =>
  commit('hold-later', {
    expect: [unchanged(node)],
    writes: [
      { kind: 'put-node', node: { ...draftWithout(node), heldBy: order.by, holdBecause: reasonOf(order) } },
      ...told(node, { step: 'hold', because: `${reasonOf(order)}; held ${when}`, detail: { by: order.by } }),
    ],
    notices: noticesOf(commitId, node, {
      kind: 'hold',
      urgency: 'info',
      text: `${node.id} will be held out of the pool ${when}, ${reasonOf(order)}.`,
      detail: { by: order.by, because: order.because },
    }),
    durable: true,
  });

const keptByNobody = ['owner', 'stepDeadlineMs', 'wants', 'servingSinceMs'] as const;

/** A quarantined node keeps its incident, whose page is over once the node is given back. */
const holdNow = (order: NodeOrder, node: NodeRecord, view: PoolView, commitId: string): Decision =>
  commit('held', {
    expect: [unchanged(node)],
    writes: [
      {
        kind: 'put-node',
        node: {
          ...draftWithout(node, ...keptByNobody, ...(node.state === 'quarantined' ? [] : (['incident'] as const))),
          ...entering(view, 'held', reasonOf(order)),
          heldBy: order.by,
        },
      },
      ...told(node, { step: 'held', because: reasonOf(order), detail: { by: order.by }, outcome: 'held' }),
    ],
    notices: noticesOf(commitId, node, {
      kind: 'held',
      urgency: 'info',
      text: `${node.id}, which was ${node.state}, is held out of the pool ${reasonOf(order)}.`,
      detail: { by: order.by, because: order.because },
    }),
    durable: true,
  });

const reasonOf = ({ by, because }: NodeOrder): string => `by ${by}: ${because}`;
