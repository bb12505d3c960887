import type { Decide } from '../../../pool/decision.ts';
import type { PolicySource } from '../../../pool/policy.ts';
import { unreadablePolicy } from '../../../pool/unreadable-policy.ts';
import { commit } from '../life/draft.ts';
import { refuse } from './order.ts';

export interface PolicyOrder {
  readonly by: string;
  readonly source: PolicySource;
  /** Stands only if this is still the pool's policy; 0 for a pool without one. Without it, whatever stands is replaced. */
  readonly onVersion?: number;
  /** What it changes, each in words; for whom it is told to. */
  readonly changes?: readonly string[];
}

/** As many changes as a message can bear. */
const changesTold = 5;

const changesText = (changes: readonly string[]): string => {
  const more = changes.length - changesTold;
  return `${changes.slice(0, changesTold).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

/** Gives the pool another policy; agents go by it from their next round. */
export const applyPolicy =
  ({ by, source, onVersion, changes = [] }: PolicyOrder): Decide =>
  (view, commitId) => {
    const version = view.policy?.version ?? unreadablePolicy(view)?.policyVersion ?? 0;
    if (onVersion !== undefined && onVersion !== version)
      return refuse(
        'other-version',
        `the pool's policy is version ${String(version)}, not ${String(onVersion)}; look at it first`,
      );
    if (view.policy !== undefined && JSON.stringify(view.policy.source) === JSON.stringify(source))
      return refuse('same', `the pool has this policy already, as version ${String(version)}`);
    return commit('policy', {
      expect: [{ kind: 'policy', version }],
      writes: [{ kind: 'put-policy', source, by }],
      notices: [
        {
          id: `${commitId}.0`,
          kind: 'policy',
          urgency: 'info',
          text: `${by} changed the pool's policy, which is version ${version + 1} now${changes.length === 0 ? '' : `: ${changesText(changes)}`}.`,
          detail: { by, version: version + 1, changes },
        },
      ],
      durable: true,
    });
  };
