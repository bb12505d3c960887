import type { Decide } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { Own } from './after-drain.ts';
import { commit, draftWithout, entering, nothing, noticesOf, unchanged } from './draft.ts';

/**
 * The machine is shutting down: a serving node is drained first and then leaves. No guard is asked, since the
 * machine goes whether we like it or not; a drain only makes it gentle. Any other state stays as it is: a reboot of
 * ours must find its record, and who is out is out.
 */
export const farewell =
  (who: Own, policy: Policy): Decide =>
  (view, commitId) => {
    const record = view.nodes.get(who.node);
    if (record?.state !== 'serving' || record.session !== who.session) return nothing('not serving');
    const because = 'the machine is shutting down';
    return commit('leaving', {
      expect: [unchanged(record)],
      writes: [
        {
          kind: 'put-node',
          node: {
            ...draftWithout(record, 'servingSinceMs'),
            ...entering(view, 'draining', because),
            drain: commitId,
            purpose: 'leave',
            owner: `agent:${record.id}`,
            stepDeadlineMs: view.nowMs + policy.drain.deadline,
          },
        },
      ],
      notices: noticesOf(commitId, record, {
        kind: 'leaving',
        urgency: 'info',
        text: `${record.id} leaves the pool: ${because}.`,
      }),
    });
  };
