/*
 * A human takes a node out of the pool for good: drained first where it serves. Its record stays, as `left`, until
 * it joins again after a boot, is readmitted, or is forgotten. One whose step is overdue leaves at once: whoever was to
 * carry the step out may be gone for good.
 */
import type { NodeDraft } from '../../../pool/commit.ts';
import type { Decide, Decision } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import { commit, draftWithout, entering, noticesOf, told, unchanged } from '../life/draft.ts';
import { minServing } from '../treatment/guards/min-serving.ts';
import { poolBudgetMs } from '../treatment/guards/pool-budget.ts';
import { overdueAtMs } from '../treatment/overdue-at.ts';
import { rebootTimesSince } from '../treatment/remedies.ts';
import { forced, type NodeOrder, policyNow, refuse, unknownNode, vetoesAgainst, vetoText } from './order.ts';

export const leave =
  (order: NodeOrder): Decide =>
  (view, commitId) => {
    const node = view.nodes.get(order.node);
    if (node === undefined) return unknownNode(view, order.node);
    if (node.state === 'left') return refuse('left', `${node.id} has left already; --forget drops its record`);
    if (isOverdue(node, view)) return leaveNow(order, node, view, commitId);
    if (node.state === 'rebooting')
      return refuse('rebooting', `${node.id} is being rebooted; let it leave once it is back`);
    if (node.state === 'draining' && node.purpose === 'leave')
      return refuse('leaving', `${node.id} is leaving already: ${node.because}`);
    if (node.state === 'serving' || node.state === 'draining') return leaveGently(order, node, view, commitId);
    return leaveNow(order, node, view, commitId);
  };

/** A drain is over at its deadline, whoever is alive; others may still end well while the agent beats. */
const isOverdue = (node: NodeRecord, view: PoolView): boolean => {
  const policy = policyNow(view);
  const overdueMs = overdueAtMs(node, policy);
  if (overdueMs === undefined || view.nowMs <= overdueMs) return false;
  const silentForMs = view.nowMs - (view.seen.get(node.id) ?? node.sinceMs);
  const isDeadlineWritten = node.state === 'draining' && node.stepDeadlineMs !== undefined;
  return isDeadlineWritten || silentForMs >= policy.silence.after;
};

/**
 * Drops the record of a node that has left, so that it is shown no more. The pool's budget is counted from records, so one
 * whose reboot still counts stays until it does not: nobody gets the pool more reboots by forgetting those that it had.
 */
export const forget =
  ({ node: id }: Pick<NodeOrder, 'node'>): Decide =>
  (view) => {
    const node = view.nodes.get(id);
    if (node === undefined) return unknownNode(view, id);
    if (node.state !== 'left') return refuse('not-left', `${id} is ${node.state}; let it leave first`);
    const rebootedMs = rebootTimesSince(node, view.nowMs - poolBudgetMs).at(-1);
    if (rebootedMs !== undefined)
      return refuse(
        'counted',
        `${id} was rebooted ${formatMs(view.nowMs - rebootedMs)} ago, which the pool's budget counts for ${formatMs(poolBudgetMs)}; it can be forgotten in ${formatMs(rebootedMs + poolBudgetMs - view.nowMs)}`,
      );
    return commit('forgotten', { expect: [unchanged(node)], writes: [{ kind: 'remove-node', node: id }] });
  };

const leaveGently = (order: NodeOrder, node: NodeRecord, view: PoolView, commitId: string): Decision => {
  const serving = node.state === 'serving';
  const vetoes = serving ? vetoesAgainst(view, node, { 'min-serving': minServing }) : [];
  if (vetoes.length > 0 && !order.force)
    return refuse('vetoed', `${node.id} does not leave. ${vetoText(vetoes)}`, { vetoes });
  const because = `leaves by ${order.by}: ${order.because}`;
  const started = { ...entering(view, 'draining', because), drain: commitId, owner: `agent:${node.id}` as const };
  const leaving: NodeDraft = {
    ...draftWithout(node, 'servingSinceMs', 'heldBy'),
    ...(serving ? { ...started, stepDeadlineMs: view.nowMs + policyNow(view).drain.deadline } : {}),
    because,
    purpose: 'leave',
  };
  return commit('leaving', {
    expect: [unchanged(node), { kind: 'admission', admissionVersion: view.admissionVersion }],
    writes: [
      { kind: 'put-node', node: leaving },
      ...told(node, { step: 'leaving', because, detail: { by: order.by, ...forced(vetoes) } }),
    ],
    notices: noticesOf(commitId, node, {
      kind: 'leaving',
      urgency: 'info',
      text: `${node.id} ${because}${vetoes.length > 0 ? `, against ${vetoText(vetoes)}` : ''}.`,
      detail: { by: order.by, because: order.because, ...forced(vetoes) },
    }),
    durable: true,
  });
};

const transient = [
  ...(['drain', 'purpose', 'drained', 'owner', 'stepDeadlineMs'] as const),
  ...(['incident', 'finding', 'remedy', 'heldBy', 'servingSinceMs'] as const),
];

const leaveNow = (order: NodeOrder, node: NodeRecord, view: PoolView, commitId: string): Decision => {
  const because = `left by ${order.by}: ${order.because}`;
  return commit('left', {
    expect: [unchanged(node)],
    writes: [
      {
        kind: 'put-node',
        node: {
          ...draftWithout(node, ...transient),
          ...entering(view, 'left', because),
        },
      },
      ...told(node, { step: 'left', because, detail: { by: order.by }, outcome: 'left' }),
    ],
    notices: noticesOf(commitId, node, {
      kind: 'left',
      urgency: 'info',
      text: `${node.id}, which was ${node.state}, ${because}.`,
      detail: { by: order.by, because: order.because },
    }),
    durable: true,
  });
};
