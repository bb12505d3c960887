/*
 * What follows a drain: the remedy, the way back, or out by a human's or the machine's wish.
 *
 * INVARIANTS
 * - The intent to reboot is committed before EC2 is called, on the node's own token and with the lever free.
 * - A node that a human holds, or that leaves, is never rebooted.
 */

import type { IncidentOutcome, NodeDraft } from '../../../pool/commit.ts';
import type { CommitDraft, Decide } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Evidence } from '../ports/evidence.ts';
import { leverPulled } from '../treatment/lever.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';

/** Who acts, on which of its nodes; a record that says otherwise is not touched. */
export interface Own {
  readonly node: string;
  readonly session: string;
}

const own = (view: PoolView, { node, session }: Own, state: NodeRecord['state']): NodeRecord | undefined => {
  const record = view.nodes.get(node);
  return record?.state === state && record.session === session ? record : undefined;
};

/** Says in the incident and in Slack that the routers have let go, and what the node was doing meanwhile. */
export const tellDrained =
  (who: Own, because: string, evidence: Evidence): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining');
    if (record === undefined) return nothing('no longer draining');
    const ms = view.nowMs - record.sinceMs;
    return commit('drained', {
      expect: [unchanged(record)],
      writes: told(
        record,
        { step: 'drained', because, detail: { ms } },
        { step: 'evidence', because: 'taken while draining', detail: { ...evidence } },
      ),
      notices: noticesOf(
        commitId,
        record,
        {
          kind: 'drained',
          urgency: 'info',
          text: `${record.id} is drained after ${formatMs(ms)}: ${because}.`,
          detail: { ms, because },
        },
        { kind: 'evidence', urgency: 'info', text: evidenceText(record, evidence), detail: { ...evidence } },
      ),
    });
  };

const evidenceText = (record: NodeRecord, { topByCpu, missing }: Evidence): string => {
  const [first] = topByCpu;
  if (first === undefined) return `No evidence of ${record.id} could be had: ${missing.join('; ')}.`;
  return `Busiest on ${record.id}: ${first.command} (pid ${String(first.pid)}) with ${String(Math.round(first.cpuShare * 100))} % of a core.`;
};

/**
 * The intent to reboot. Also renews an intent whose call was not answered or was put off: EC2 is asked again only
 * on an intent of its own.
 */
export const intend =
  (who: Own & { readonly bootId: string; readonly policy: Policy }, because: string): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining') ?? own(view, who, 'rebooting');
    if (record === undefined) return nothing('neither draining nor rebooting');
    if (record.state === 'draining' && (record.purpose !== 'treat' || record.heldBy !== undefined))
      return nothing('not drained for a treatment');
    if (record.bootId !== who.bootId) return nothing('the boot id has changed: it has rebooted already');
    const pulled = leverPulled(view);
    if (pulled !== undefined)
      return nothing(`healing is paused by ${pulled.by}: ${pulled.because}`, { lever: 'pulled' });
    const again = record.state === 'rebooting';
    const since = again ? {} : entering(view, 'rebooting', because);
    return commit(again ? 'intended-again' : 'rebooting', {
      expect: [unchanged(record), { kind: 'lever-free' }],
      writes: [
        {
          kind: 'put-node',
          node: {
            ...draftWithout(record, 'drain', 'purpose'),
            ...since,
            owner: `agent:${record.id}`,
            stepDeadlineMs: view.nowMs + who.policy.reboot.settle,
          },
        },
        ...told(record, { step: 'rebooting', because, detail: { bootId: record.bootId } }),
      ],
      notices: again
        ? []
        : noticesOf(commitId, record, {
            kind: 'rebooting',
            urgency: 'info',
            text: `${record.id} is being rebooted: ${because}.`,
            detail: { because },
          }),
      durable: true,
    });
  };

/** Gives a drained node back to service without a remedy: it was load (`busy`), or it is needed or must not be treated (`returned`). */
export const giveBack =
  (who: Own, outcome: 'busy' | 'returned', because: string): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining');
    if (record === undefined) return nothing('no longer draining');
    if (record.purpose !== 'treat' || record.heldBy !== undefined) return nothing('a human wants it out');
    return { kind: 'commit', draft: backToService(view, commitId, record, outcome, because) };
  };

/** Ends a drain that a human asked for (`held`) or a farewell (`left`). */
export const endDrain =
  (who: Own, because: string): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining');
    if (record === undefined) return nothing('no longer draining');
    if (record.purpose !== 'leave' && record.heldBy === undefined) return nothing('drained for a treatment');
    const state = record.purpose === 'leave' ? 'left' : 'held';
    return commit(state, {
      expect: [unchanged(record)],
      writes: [
        {
          kind: 'put-node',
          node: {
            ...draftWithout(record, 'drain', 'purpose', 'owner', 'stepDeadlineMs', 'incident', 'servingSinceMs'),
            ...entering(view, state, because),
          },
        },
        ...told(record, { step: state, because, outcome: state }),
      ],
      notices: noticesOf(commitId, record, {
        kind: state,
        urgency: 'info',
        text: `${record.id} is out of the pool (${state}): ${because}.`,
      }),
    });
  };

/** Serving again, with a slow start, or `held` where a human holds it by now; closes the incident. */
export const backToService = (
  view: PoolView,
  commitId: string,
  record: NodeRecord,
  outcome: IncidentOutcome,
  because: string,
): CommitDraft => {
  const held = record.heldBy !== undefined;
  const returned = record.incident === undefined ? 'serving' : outcome === 'healed' ? 'back' : outcome;
  const kind = held ? 'held' : returned;
  const openedMs = record.treatmentTimes.at(-1);
  const out = record.incident === undefined || openedMs === undefined ? {} : { outMs: view.nowMs - openedMs };
  const again = out.outMs === undefined ? '' : ` again after ${formatMs(out.outMs)}`;
  const node: NodeDraft = {
    ...draftWithout(record, 'drain', 'purpose', 'owner', 'stepDeadlineMs', 'incident', 'remedy', 'servingSinceMs'),
    ...entering(view, held ? 'held' : 'serving', because),
    ...(held ? {} : { servingSinceMs: view.nowMs }),
  };
  const text = held
    ? `${record.id} is well again and stays out, held by ${record.heldBy}`
    : `${record.id} serves${again}`;
  return {
    what: kind,
    expect: [unchanged(record)],
    writes: [{ kind: 'put-node', node }, ...told(record, { step: kind, because, outcome, detail: out })],
    notices: noticesOf(commitId, record, {
      kind,
      urgency: 'info',
      text: `${text}: ${because}.`,
      detail: { because, ...out },
    }),
    durable: false,
  };
};
