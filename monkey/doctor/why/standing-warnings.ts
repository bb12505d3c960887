import type { Policy } from '../../../pool/policy.ts';
import { unreadablePolicy } from '../../../pool/unreadable-policy.ts';
import type { PoolView } from '../../../pool/view.ts';
import { standingReasons } from '../treatment/never.ts';

/** What stays wrong with the pool until a human changes it, in sentences. */
export const standingWarnings = (view: PoolView, policy: Policy): readonly string[] => {
  const unread = unreadablePolicy(view);
  // What the defaults would forbid says nothing of a policy that nobody can read.
  return unread === undefined
    ? standingReasons(view, policy).map(({ because }) => because)
    : [
        `the policy cannot be read, so nobody is treated; limits are shown as the defaults have them: ${unread.because}`,
      ];
};
