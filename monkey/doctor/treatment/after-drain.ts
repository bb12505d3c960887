/*
 * The second half of the diagnosis, once no traffic is left.
 *
 * INVARIANTS
 * - Only what stays hot without traffic is rebooted, and only where EC2 says that the machine is `running`.
 * - Whatever is not known gives the node back: doubt means hands off.
 */
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { RoundVerdict } from '../diagnosis/round.ts';
import type { InstanceState } from '../ports/power.ts';
import { census } from './census.ts';
import { leverPulled } from './lever.ts';

export type AfterDrain =
  | { readonly kind: 'reboot'; readonly because: string }
  | { readonly kind: 'give-back'; readonly outcome: 'busy' | 'returned'; readonly because: string };

export const afterDrain = (
  view: PoolView,
  node: string,
  verdict: RoundVerdict,
  instance: InstanceState,
): AfterDrain => {
  const pulled = leverPulled(view);
  if (pulled !== undefined) return returned(`healing is paused by ${pulled.by}: ${pulled.because}`);
  if (verdict.kind === 'calm' || verdict.kind === 'warm')
    return { kind: 'give-back', outcome: 'busy', because: `calm once drained (${verdict.because}): it was load` };
  if (verdict.kind === 'unknown') return returned(verdict.because);
  if (instance.kind === 'unknown') return returned(`EC2 could not say how ${node} is: ${instance.because}`);
  if (instance.kind === 'no-such-instance') return returned(`EC2 knows no instance ${node}`);
  if (instance.state !== 'running') return returned(`EC2 says that ${node} is ${instance.state}`);
  return { kind: 'reboot', because: `still hot without traffic: ${verdict.because}` };
};

const returned = (because: string): AfterDrain => ({ kind: 'give-back', outcome: 'returned', because });

/** Why a draining node is needed back: fewer than minServing serve. Undefined where it is not. */
export const neededBack = (view: PoolView, node: NodeRecord, policy: Policy): string | undefined => {
  if (node.purpose !== 'treat' || node.heldBy !== undefined) return undefined;
  const serving = census(view, policy).serving.length;
  return serving < policy.limits.minServing
    ? `others failed meanwhile: ${String(serving)} serve, ${String(policy.limits.minServing)} must`
    : undefined;
};
