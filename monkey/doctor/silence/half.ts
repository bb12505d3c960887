import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { overdueAtMs } from '../treatment/overdue-at.ts';
import { type SilentNode, silenceOf, silentNodes, watchedForMs } from './silent.ts';
import { type SilenceStep, type Story, wholePool } from './step.ts';
import { halfSilentIncident } from './told.ts';
import type { Watched } from './watched.ts';

/** States in which a node is of the pool's work or on its way there; the others wait for a human. */
const ofThePool: readonly NodeRecord['state'][] = ['serving', 'lost', 'draining', 'rebooting', 'checking'];

export interface Half {
  /** Silent in service, lost, or silent beyond the time that their step has. */
  readonly quiet: readonly SilentNode[];
  readonly lost: number;
  readonly members: number;
  readonly isMoreThanHalf: boolean;
}

/** The one rule of the half, for taking nodes out and for rescuing them. */
export const halfOf = (watched: Pick<Watched, 'view' | 'watch' | 'policy'>): Half => {
  const { view, policy } = watched;
  const overdue = silentNodes(watched, 'draining', 'rebooting', 'checking').filter(
    ({ node }) => (overdueAtMs(node, policy) ?? Number.POSITIVE_INFINITY) < view.nowMs,
  );
  const nodes = [...view.nodes.values()];
  const lost = nodes.filter(({ state }) => state === 'lost').map((node) => silenceOf(watched, node));
  const quiet = [...silentNodes(watched, 'serving'), ...lost, ...overdue];
  const members = nodes.filter(({ state }) => ofThePool.includes(state)).length;
  return { quiet, lost: lost.length, members, isMoreThanHalf: quiet.length * 2 > members };
};

/** The same for who has only this one view: as if the pool had been watched all along. */
export const halfNow = (view: PoolView, policy: Policy): Half => {
  const since = { redisMs: Number.NEGATIVE_INFINITY, monotonicMs: Number.NEGATIVE_INFINITY };
  return halfOf({ view, policy, watch: { unbroken: { since, last: { redisMs: view.nowMs, monotonicMs: 0 } } } });
};

/**
 * Is so much of the pool silent that it says more about the watcher, the network or Redis than about the nodes?
 * Lost nodes count as silent, or one half after the other would go. Where all of them are out already there is nobody to
 * keep in service: the rescue refuses by the same rule, and goes on with what it owes.
 */
export const aboutHalf = (
  watched: Watched,
  silent: readonly SilentNode[],
): { readonly kind: 'hands-off' | 'fine'; readonly steps: readonly SilenceStep[] } => {
  const half = halfOf(watched);
  const open = watched.told.open.get(wholePool);
  if (!half.isMoreThanHalf)
    return { kind: 'fine', steps: open === undefined || !isWatched(watched) ? [] : [over(open)] };
  return { kind: silent.length > 0 ? 'hands-off' : 'fine', steps: open === undefined ? [page(half, silent)] : [] };
};

/** For long enough to have found somebody silent. */
const isWatched = ({ watch, policy }: Watched): boolean => watchedForMs(watch, 0) >= policy.silence.after;

const page = ({ quiet, lost, members }: Half, silent: readonly SilentNode[]): SilenceStep => {
  const because = `${quiet.length} of ${members} nodes are silent${lost === 0 ? '' : ` (${lost} of them lost)`}`;
  const names = quiet.map(({ node }) => node.id);
  const until =
    silent.length > 0
      ? 'all of them keep serving until a human has looked'
      : 'none of them is rebooted until a human has looked';
  const text = `${because}: more than half of the pool. Hands off: ${until}.`;
  const story: Story = {
    incident: halfSilentIncident(Math.min(...quiet.map(({ lastBeatMs }) => lastBeatMs))),
    ...{ node: wholePool, step: 'half-silent', because },
    notices: [{ kind: 'half-silent', urgency: 'page', text, detail: { because: text, nodes: names } }],
  };
  return { kind: 'tell', story };
};

const over = (incident: string): SilenceStep => {
  const because = 'no more than half of the pool is silent now';
  const story: Story = {
    ...{ incident, node: wholePool, step: 'over', because, outcome: 'returned' },
    notices: [{ kind: 'half-over', urgency: 'info', text: 'Most of the pool is heard again.', detail: { because } }],
  };
  return { kind: 'tell', story };
};
