import type { Decide } from '../../../pool/decision.ts';
import { type PolicySource, policySchema } from '../../../pool/policy.ts';
import { unreadablePolicy } from '../../../pool/unreadable-policy.ts';
import { commit, nothing } from './draft.ts';

/** The first agent of a pool without a policy brings its own; the pool's stands against any later one. */
export const bringPolicy =
  (source: PolicySource, by: string): Decide =>
  (view) => {
    const unread = unreadablePolicy(view);
    if (unread !== undefined)
      return nothing(`the pool's policy cannot be read: ${unread.because}; it stands until a human replaces it`, {
        differs: true,
      });
    if (view.policy === undefined)
      return commit('policy', {
        expect: [{ kind: 'policy', version: 0 }],
        writes: [{ kind: 'put-policy', source, by }],
        durable: true,
      });
    return meaning(view.policy.source) === meaning(source)
      ? nothing('the pool has this policy already')
      : nothing('the pool has another policy, which stands; change it with: monkey policy apply', { differs: true });
  };

/** Two policies are the same if they mean the same: `60s` is `1m`, and a default need not be written. */
const meaning = (source: PolicySource): string => JSON.stringify(policySchema.safeParse(source).data);
