import { neighboursOf } from '../../../pool/lazy-nodes.ts';
import type { Neighbour } from '../../../pool/neighbour.ts';
import { onceAView } from '../../../pool/once-a-view.ts';
import type { Policy } from '../../../pool/policy.ts';
import { standing } from '../../../pool/standing.ts';
import type { PoolView } from '../../../pool/view.ts';

/** How many nodes are in which situation; what limits count with. */
export interface Census {
  /** Nodes that belong to the pool: all but those that left. */
  readonly members: number;
  /** On the live list, with an agent that has beaten within the silence deadline. */
  readonly serving: readonly string[];
  /** Out because of us: draining, rebooting, checking after a treatment, or lost. */
  readonly out: readonly string[];
}

/**
 * Counts a pool. A serving node whose agent is silent is not counted as serving: doubt means hands off.
 *
 * @param watchedMs for how long the asker has read the pool without a break. Where silence would be a reason to act,
 *   it counts only if the asker has watched that long: right after an outage of Redis everybody looks silent.
 */
export const census = (view: PoolView, policy: Policy, watchedMs = Number.POSITIVE_INFINITY): Census =>
  watchedMs > policy.silence.after ? withoutSilent(view, policy) : withSilent(view, policy);

const countedBy =
  (isHeard: (view: PoolView, node: Neighbour, policy: Policy) => boolean) =>
  (view: PoolView, policy: Policy): Census => {
    const serving: string[] = [];
    const out: string[] = [];
    let members = 0;
    for (const node of neighboursOf(view.nodes)) {
      if (node.state !== 'left') members += 1;
      if (node.state === 'serving' && isHeard(view, node, policy)) serving.push(node.id);
      if (standing(node) === 'out') out.push(node.id);
    }
    return { members, serving, out };
  };

const beats = (view: PoolView, node: Neighbour, policy: Policy): boolean => {
  const seenMs = view.seen.get(node.id);
  return seenMs !== undefined && view.nowMs - seenMs <= policy.silence.after;
};

const withoutSilent = onceAView(countedBy(beats));
const withSilent = onceAView(countedBy(() => true));
