import type { Decide } from '../../../pool/decision.ts';
import type { Veto } from '../treatment/guard.ts';
import type { Own } from './after-drain.ts';
import { commit, nothing, noticesOf } from './draft.ts';

/** What makes two refusals the same for people: the finding and who refused, not the numbers that change each round. */
export const causeOf = (vetoes: readonly Veto[]): string =>
  vetoes
    .map(({ guard }) => guard)
    .sort()
    .join('+');

/** Tells people that a sick node is not treated, and by which guards. It moves nothing. */
export const tellRefusal =
  (who: Own, finding: string, vetoes: readonly Veto[]): Decide =>
  (view, commitId) => {
    const record = view.nodes.get(who.node);
    if (record === undefined) return nothing('not in the pool');
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
