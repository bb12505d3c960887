import type { Decide } from '../../../pool/decision.ts';
import type { PolicySource } from '../../../pool/policy.ts';
import { commit, nothing } from './draft.ts';

/** The first agent of a pool without a policy brings its own; the pool's stands against any later one. */
export const bringPolicy =
  (source: PolicySource, by: string): Decide =>
  (view) => {
    if (view.policy === undefined)
      return commit('policy', {
        expect: [{ kind: 'policy', version: 0 }],
        writes: [{ kind: 'put-policy', source, by }],
        durable: true,
      });
    return JSON.stringify(view.policy.source) === JSON.stringify(source)
      ? nothing('the pool has this policy already')
      : nothing('the pool has another policy, which stands; change it with: monkey policy apply', { differs: true });
  };
