import type { Decide } from '../../../pool/decision.ts';
import type { Veto } from '../treatment/guard.ts';
import { commit, nothing, noticesOf } from './draft.ts';
import { type Own, own } from './own.ts';

/** What makes two refusals the same for people: who refused, not the numbers that change each round. */
export const causeOf = (vetoes: readonly Veto[]): string =>
  vetoes
    .map(({ guard }) => guard)
    .sort()
    .join('+');

/** Tells people that a sick node is not treated, and by which guards. It moves nothing. */
export const tellRefusal =
  (who: Own, finding: string, vetoes: readonly Veto[]): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'serving');
    if (record === undefined) return nothing('no longer serving');
    const reasons = vetoes.map(({ guard, because }) => `${guard}: ${because}`).join('; ');
    return commit('refused', {
      notices: noticesOf(commitId, record, {
        kind: 'refused',
        urgency: 'warning',
        text: `${record.id} is sick (${finding}) and is not treated. ${reasons}.`,
        detail: { because: finding, vetoes },
      }),
    });
  };
