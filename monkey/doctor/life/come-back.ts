import type { Decide } from '../../../pool/decision.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';
import { type Own, own } from './own.ts';

/** A lost node whose agent beats again is checked like any other. */
export const comeBack =
  (who: Own): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'lost');
    if (record === undefined) return nothing('not lost');
    const because = 'its agent beats again';
    return commit('found-again', {
      expect: [unchanged(record)],
      writes: [
        {
          kind: 'put-node',
          node: { ...draftWithout(record, 'owner', 'stepDeadlineMs'), ...entering(view, 'checking', because) },
        },
        ...told(record, { step: 'found-again', because }),
      ],
      notices: noticesOf(commitId, record, {
        kind: 'found-again',
        urgency: 'info',
        text: `${record.id} beats again and is being checked.`,
      }),
    });
  };
