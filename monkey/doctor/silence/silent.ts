import { neighboursOf } from '../../../pool/lazy-nodes.ts';
import type { Neighbour } from '../../../pool/neighbour.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { silentIncident } from './told.ts';
import type { Watch } from './watch.ts';

/** A node whose agent has not been heard for too long, and for how long. */
export interface SilentNode {
  readonly node: NodeRecord;
  readonly silentForMs: number;
  /** Last beat; where there never was one, when the node entered its state. */
  readonly lastBeatMs: number;
  readonly incident: string;
}

/** Nodes in one of these states whose agents are silent, the longest silent first. */
export const silentNodes = (
  { view, watch, policy }: { readonly view: PoolView; readonly watch: Watch; readonly policy: Policy },
  ...states: readonly NodeRecord['state'][]
): readonly SilentNode[] =>
  neighboursOf(view.nodes)
    .filter((node) => states.includes(node.state) && silentForMs({ view, watch }, node) >= policy.silence.after)
    .flatMap(({ id }) => view.nodes.get(id) ?? [])
    .map((node) => silenceOf({ view, watch }, node))
    .sort((one, other) => other.silentForMs - one.silentForMs || one.lastBeatMs - other.lastBeatMs);

/** For how long nothing was heard of a node's agent, however short that is. */
export const silenceOf = (
  { view, watch }: { readonly view: PoolView; readonly watch: Watch },
  node: NodeRecord,
): SilentNode => {
  const lastBeatMs = lastHeardMs(view, node);
  const incident = silentIncident(node.id, lastBeatMs);
  return { node, lastBeatMs, silentForMs: watchedForMs(watch, lastBeatMs), incident };
};

/** How long that is of each, with nothing made of it yet: most of a pool beat. */
const silentForMs = ({ view, watch }: { readonly view: PoolView; readonly watch: Watch }, node: Neighbour): number =>
  watchedForMs(watch, lastHeardMs(view, node));

const lastHeardMs = (view: PoolView, { id, sinceMs }: Neighbour): number => view.seen.get(id) ?? sinceMs;

/**
 * For how long the watcher has itself seen nothing since `lastHeardMs` (Redis TIME): never longer than it has
 * watched, by either clock.
 */
export const watchedForMs = ({ unbroken }: Watch, lastHeardMs: number): number => {
  if (unbroken === undefined) return 0;
  const { since, last } = unbroken;
  return Math.max(
    0,
    Math.min(last.redisMs - lastHeardMs, last.redisMs - since.redisMs, last.monotonicMs - since.monotonicMs),
  );
};
