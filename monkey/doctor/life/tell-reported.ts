import type { Decide } from '../../../pool/decision.ts';
import type { Finding } from '../diagnosis/course.ts';
import { findings } from '../diagnosis/findings.ts';
import { commit, nothing, noticesOf } from './draft.ts';
import { type Own, own } from './own.ts';

/** Tells people of a sickness that is only reported. It moves nothing. */
export const tellReported =
  (who: Own, { finding, because }: Extract<Finding, { kind: 'sick' }>): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'serving');
    if (record === undefined) return nothing('no longer serving');
    const { urgency, remedies } = findings[finding];
    const next =
      remedies.length === 0
        ? 'no remedy of ours cures it: a human looks at it; it goes on serving'
        : `it goes on serving; policy.vitals.${finding}.act is report`;
    return commit('reported', {
      notices: noticesOf(commitId, record, {
        kind: 'reported',
        urgency,
        text: `${record.id} is sick (${because}) and is not treated: ${next}.`,
        detail: { finding, because, next },
      }),
    });
  };
