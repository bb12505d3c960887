import type { Write } from '../../../pool/commit.ts';
import type { Decision } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { poolBudgetMs } from '../treatment/guards/pool-budget.ts';
import { rebootTimesSince } from '../treatment/remedies.ts';
import { draftWithout, entering, noticesOf, told, unchanged } from './draft.ts';
import { ofTheTreatment } from './shut-out.ts';

/** The same decision, by which a node takes over the URL of one that EC2 no longer knows: that one leaves the pool. */
export const succeeding = (before: NodeRecord, decision: Decision, view: PoolView, commitId: string): Decision => {
  if (decision.kind === 'nothing') return decision;
  const { draft } = decision;
  const because = 'EC2 knows no such machine any more, and another has joined at its URL';
  const notices = noticesOf(`${commitId}.before`, before, {
    kind: 'gone',
    urgency: 'info',
    text: `${before.id} has left the pool: ${because}.`,
    detail: { because },
  });
  return {
    kind: 'commit',
    draft: {
      ...draft,
      expect: [unchanged(before), ...draft.expect],
      writes: [
        leaving(before, because, view),
        ...told(before, { step: 'left', because, outcome: 'left' }),
        ...draft.writes,
      ],
      notices: [...notices, ...draft.notices],
    },
  };
};

/** Dropped, or, while its reboots count against the pool's budget, kept as one that has left. */
const leaving = (before: NodeRecord, because: string, view: PoolView): Write =>
  rebootTimesSince(before, view.nowMs - poolBudgetMs).length === 0
    ? { kind: 'remove-node', node: before.id }
    : {
        kind: 'put-node',
        node: {
          ...draftWithout(before, ...ofTheTreatment, 'finding', 'heldBy'),
          ...entering(view, 'left', because),
        },
      };
