/*
 * The second half of the diagnosis, once no traffic is left.
 *
 * INVARIANTS
 * - Only what does not calm down without traffic gets a remedy, and never where EC2 says that it is not `running`.
 * - What is not known of the node gives it back: doubt means hands off. What is not known of EC2 does not, since a node
 *   that is sick without traffic should not serve; whoever asks EC2 for the reboot asks it that again before.
 */
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { RoundVerdict } from '../diagnosis/definition.ts';
import type { InstanceState } from '../ports/power.ts';
import { census } from './census.ts';
import { lostPoolPauseMs } from './guards/fresh-view.ts';
import { leverPulled } from './lever.ts';
import { purposeOf } from './purpose.ts';

export type AfterDrain =
  | { readonly kind: 'treat'; readonly because: string }
  | { readonly kind: 'give-back'; readonly outcome: 'busy' | 'returned'; readonly because: string };

/**
 * What follows from a round without traffic. A warm one is no calm: what was sick stays so until it has fallen to the
 * lower threshold, as in the rounds before.
 */
export const afterDrain = (node: string, verdict: RoundVerdict, instance: InstanceState): AfterDrain => {
  if (verdict.kind === 'calm')
    return { kind: 'give-back', outcome: 'busy', because: `calm once drained (${verdict.because}): it was load` };
  if (verdict.kind === 'unknown') return returned(verdict.because);
  if (instance.kind === 'no-such-instance') return returned(`EC2 knows no instance ${node}`);
  if (instance.kind === 'known' && instance.state !== 'running')
    return returned(`EC2 says that ${node} is ${instance.state}`);
  return { kind: 'treat', because: `still ${verdict.kind} without traffic: ${verdict.because}` };
};

/** What follows where a human has ordered the reboot: no diagnosis, but still nothing that EC2 would not do. */
export const afterDrainByOrder = (
  { id, because }: Pick<NodeRecord, 'id' | 'because'>,
  instance: InstanceState,
): AfterDrain => {
  const verdict = afterDrain(id, { kind: 'hot', because }, instance);
  return verdict.kind === 'treat' ? { kind: 'treat', because } : verdict;
};

const returned = (because: string): AfterDrain => ({ kind: 'give-back', outcome: 'returned', because });

/** What may stop healing, beside the pool itself. */
export interface Standing {
  readonly mode: 'observe' | 'act';
  readonly sinceLostPoolMs: number | undefined;
}

/** Why healing has stopped, for a treatment that is under way; undefined where it has not. */
export const stopped = (view: PoolView, { mode, sinceLostPoolMs }: Standing): string | undefined => {
  const pulled = leverPulled(view);
  if (pulled !== undefined) return `healing is paused by ${pulled.by}: ${pulled.because}`;
  if (mode === 'observe') return 'agent.mode is observe';
  return sinceLostPoolMs !== undefined && sinceLostPoolMs < lostPoolPauseMs
    ? `the pool's data was lost ${formatMs(sinceLostPoolMs)} ago`
    : undefined;
};

/**
 * Why a draining node is needed back: fewer than minServing serve. Undefined where it is not.
 *
 * @param watchedMs for how long the pool was read without a break
 */
export const neededBack = (view: PoolView, node: NodeRecord, policy: Policy, watchedMs: number): string | undefined => {
  // Who passed over the limit on purpose knew how many serve.
  if (purposeOf(node) !== 'treat' || node.forced?.includes('min-serving') === true) return undefined;
  const serving = census(view, policy, watchedMs).serving.length;
  return serving < policy.limits.minServing
    ? `others failed meanwhile: ${serving} serve, ${policy.limits.minServing} must`
    : undefined;
};
