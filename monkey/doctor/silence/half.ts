import type { SilentNode } from './silent.ts';
import { type SilenceStep, type Story, wholePool } from './step.ts';
import { halfSilentIncident } from './told.ts';
import type { Watched } from './watched.ts';

/** States in which a node is of the pool's work or on its way there; the others wait for a human. */
const ofThePool: readonly string[] = ['serving', 'lost', 'draining', 'rebooting', 'checking'];

/**
 * Is so much of the pool silent that it says more about the watcher, the network or Redis than about the nodes?
 * Lost nodes count as silent, or one half after the other would go.
 */
export const aboutHalf = (
  watched: Watched,
  silent: readonly SilentNode[],
): { readonly kind: 'hands-off' | 'fine'; readonly steps: readonly SilenceStep[] } => {
  const nodes = [...watched.view.nodes.values()];
  const members = nodes.filter(({ state }) => ofThePool.includes(state)).length;
  const lost = nodes.filter(({ state }) => state === 'lost').length;
  const open = watched.told.open.get(wholePool);
  if (silent.length === 0 || (silent.length + lost) * 2 <= members)
    return { kind: 'fine', steps: open === undefined ? [] : [over(open)] };
  return { kind: 'hands-off', steps: open === undefined ? [page(silent, lost, members)] : [] };
};

const page = (silent: readonly SilentNode[], lost: number, members: number): SilenceStep => {
  const because = `${silent.length + lost} of ${members} nodes are silent${lost === 0 ? '' : ` (${lost} of them lost)`}`;
  const names = silent.map(({ node }) => node.id);
  const text = `${because}: more than half of the pool. Hands off: all of them keep serving until a human has looked.`;
  const story: Story = {
    incident: halfSilentIncident(Math.min(...silent.map(({ lastBeatMs }) => lastBeatMs))),
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
