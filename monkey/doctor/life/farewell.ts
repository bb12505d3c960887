/*
 * The machine is shutting down.
 *
 * INVARIANTS
 * - No guard is asked, since the machine goes whether we like it or not; a drain only makes it gentle.
 * - A reboot of ours must find its record, and who is held or quarantined must be so after the boot as well.
 * - Who was out for a treatment or for its checks leaves too: a machine that goes for good must not count as out for
 *   ever. One that comes back is checked like any that boots anew.
 */
import type { NodeDraft } from '../../../pool/commit.ts';
import type { Decide, Decision } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { stepSlackMs } from '../treatment/step-slack.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';
import { type Own, own } from './own.ts';

const because = 'the machine is shutting down';

/** A serving node begins to drain, then leaves; one that drains already leaves at the end of it; others leave at once. */
export const farewell =
  (who: Own, policy: Policy): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'serving', 'draining', 'checking', 'lost');
    if (record === undefined) return nothing('it stays as it is');
    if (record.state === 'serving') return leaving(record, drain(record, view, policy, commitId), commitId);
    if (record.heldBy !== undefined) return nothing(`held by ${record.heldBy}, and so it stays`);
    if (record.state !== 'draining') return left(record, view, commitId);
    return purposeOf(record) === 'treat'
      ? leaving(record, { ...draftWithout(record), because, purpose: 'leave' }, commitId)
      : nothing('its drain ends as it was meant to');
  };

const drain = (record: NodeRecord, view: PoolView, policy: Policy, commitId: string): NodeDraft => ({
  ...draftWithout(record, 'servingSinceMs'),
  ...entering(view, 'draining', because),
  drain: commitId,
  purpose: 'leave',
  owner: `agent:${record.id}`,
  stepDeadlineMs: view.nowMs + policy.drain.deadline + stepSlackMs,
});

const leaving = (record: NodeRecord, node: NodeDraft, commitId: string): Decision =>
  commit('leaving', {
    expect: [unchanged(record)],
    writes: [{ kind: 'put-node', node }, ...told(record, { step: 'leaving', because })],
    notices: noticesOf(commitId, record, {
      kind: 'leaving',
      urgency: 'info',
      text: `${record.id} leaves the pool: ${because}.`,
    }),
  });

const left = (record: NodeRecord, view: PoolView, commitId: string): Decision =>
  commit('left', {
    expect: [unchanged(record)],
    writes: [
      {
        kind: 'put-node',
        node: {
          ...draftWithout(record, 'owner', 'stepDeadlineMs', 'incident', 'finding', 'remedy', 'servingSinceMs'),
          ...entering(view, 'left', because),
        },
      },
      ...told(record, { step: 'left', because, outcome: 'left' }),
    ],
    notices: noticesOf(commitId, record, {
      kind: 'left',
      urgency: 'info',
      text: `${record.id}, which was ${record.state}, has left the pool: ${because}.`,
    }),
  });
