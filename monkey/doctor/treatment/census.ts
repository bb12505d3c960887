import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
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

/** Counts a pool. A serving node whose agent is silent is not counted as serving: doubt means hands off. */
export const census = (view: PoolView, policy: Policy): Census => {
  const nodes = [...view.nodes.values()];
  return {
    members: nodes.filter(({ state }) => state !== 'left').length,
    serving: nodes.filter((node) => node.state === 'serving' && beats(view, node, policy)).map(({ id }) => id),
    out: nodes.filter(isOut).map(({ id }) => id),
  };
};

/** Draining, rebooting, lost, or checking after a treatment (a new node that is checked was never in). */
export const isOut = (node: NodeRecord): boolean =>
  ['draining', 'rebooting', 'lost'].includes(node.state) || (node.state === 'checking' && node.incident !== undefined);

const beats = (view: PoolView, node: NodeRecord, policy: Policy): boolean => {
  const seenMs = view.seen.get(node.id);
  return seenMs !== undefined && view.nowMs - seenMs <= policy.silence.after;
};
