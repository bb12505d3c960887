/*
 * A human gives a node back. It is checked like any other before it serves: nobody's word puts it on the live list.
 */
import type { NodeDraft } from '../../../pool/commit.ts';
import type { Decide, Decision } from '../../../pool/decision.ts';
import { isKnownState, type NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { commit, draftWithout, entering, noticesOf, told, unchanged } from '../life/draft.ts';
import { type NodeOrder, refuse, unknownNode } from './order.ts';

export const readmit =
  (order: Omit<NodeOrder, 'force'>): Decide =>
  (view, commitId) => {
    const node = view.nodes.get(order.node);
    if (node === undefined) return unknownNode(view, order.node);
    if (!isKnownState(node.state))
      return refuse('unknown-state', `${node.id} is ${node.state}, a state of another version; nothing is done to it`);
    switch (node.state) {
      case 'held':
      case 'quarantined':
      case 'left':
        return toChecking(order, node, view, commitId);
      case 'draining':
        return node.purpose === 'hold' ? toChecking(order, node, view, commitId) : letGo(order, node, commitId);
      case 'serving':
        return refuse('serving', `${node.id} serves already`);
      case 'lost':
        return refuse('lost', `${node.id} is lost; it is checked by itself as soon as its agent beats again`);
      case 'rebooting':
      case 'checking':
        return letGo(order, node, commitId);
    }
  };

const toChecking = (order: Omit<NodeOrder, 'force'>, node: NodeRecord, view: PoolView, commitId: string): Decision => {
  const because = `readmitted by ${order.by}: ${order.because}`;
  const checking: NodeDraft = {
    ...draftWithout(
      node,
      'heldBy',
      'owner',
      'stepDeadlineMs',
      'incident',
      'drain',
      'purpose',
      'finding',
      'remedy',
      'wants',
      'busy',
    ),
    ...entering(view, 'checking', because),
    // A human has looked: what came before says nothing of what comes, so the ladder begins anew.
    ...{ relapses: 0, readmittedMs: view.nowMs },
  };
  return commit('readmitted', {
    expect: [unchanged(node)],
    writes: [
      { kind: 'put-node', node: checking },
      ...told(node, { step: 'readmitted', because, detail: { by: order.by }, outcome: 'returned' }),
    ],
    notices: noticesOf(commitId, node, {
      kind: 'readmitted',
      urgency: 'info',
      text: `${node.id}, which was ${node.state}, is being checked: ${because}.`,
      detail: { by: order.by, because: order.because },
    }),
    durable: true,
  });
};

/** Takes back a hold that has not taken effect yet. */
const letGo = (order: Omit<NodeOrder, 'force'>, node: NodeRecord, commitId: string): Decision => {
  if (node.heldBy === undefined)
    return refuse(
      'under-way',
      `${node.id} is ${node.state} and nobody holds it: it comes back by itself once it is well`,
    );
  const because = `${order.by} took back the hold of ${node.heldBy}: ${order.because}`;
  return commit('hold-taken-back', {
    expect: [unchanged(node)],
    writes: [
      { kind: 'put-node', node: draftWithout(node, 'heldBy') },
      ...told(node, { step: 'hold-taken-back', because, detail: { by: order.by } }),
    ],
    notices: noticesOf(commitId, node, {
      kind: 'hold-taken-back',
      urgency: 'info',
      text: `${node.id} will serve again once it is well: ${because}.`,
      detail: { by: order.by, because: order.because },
    }),
    durable: true,
  });
};
