/*
 * What a follower knows, and how it changes. Pure: a snapshot and an event make the next snapshot, or say that only a
 * new one from the store can go on.
 *
 * INVARIANTS
 * - An event is applied only to the snapshot that it follows on: the next version, of the same epoch, naming the last
 *   commit as its predecessor. Anything else is a gap.
 * - After any row of events the snapshot equals what the store would show.
 */
import type { PoolEvent } from './commit.ts';
import type { NodeRecord } from './record.ts';
import type { PoolView } from './view.ts';

/** What the event stream keeps up to date of a view. */
export type Snapshot = Pick<PoolView, 'epoch' | 'version' | 'head' | 'nodes' | 'lever' | 'policy' | 'garbage'> & {
  /** Redis TIME of the read, or of the last commit applied since. */
  readonly atMs: number;
};

export const snapshotOf = (view: PoolView): Snapshot => ({
  epoch: view.epoch,
  version: view.version,
  head: view.head,
  nodes: view.nodes,
  lever: view.lever,
  policy: view.policy,
  garbage: view.garbage,
  atMs: view.nowMs,
});

export type Step =
  | { readonly kind: 'next'; readonly snapshot: Snapshot }
  /** The chain is broken here: take a new snapshot. */
  | { readonly kind: 'resync'; readonly because: string };

/** Applies a row of events, oldest first; those that the snapshot holds already are passed over. */
export const applyEvents = (snapshot: Snapshot, events: readonly PoolEvent[]): Step => {
  const nodes = new Map(snapshot.nodes);
  let now: Snapshot = { ...snapshot, nodes };
  for (const event of events) {
    const because = breakBefore(now, event);
    if (because === 'old') continue;
    if (because !== undefined) return { kind: 'resync', because };
    now = { ...now, ...afterEvent(now, event) };
    applyNodes(nodes, event.nodes);
  }
  return { kind: 'next', snapshot: now };
};

/** Why this event cannot be applied; `old` where it has been, undefined where it can. */
const breakBefore = (now: Snapshot, event: PoolEvent): string | undefined => {
  if (event.version <= now.version && event.epoch === now.epoch) return 'old';
  if (now.epoch !== undefined && event.epoch !== now.epoch) return `epoch ${now.epoch} is now ${event.epoch}`;
  if (event.version !== now.version + 1) return `version ${now.version} is followed by ${event.version}`;
  if (event.previous !== now.head) return `commit ${now.head} is not the one before ${event.commit}`;
  if (event.policyVersion !== undefined && event.policyVersion !== now.policy?.version) return 'another policy';
  return undefined;
};

const afterEvent = (now: Snapshot, event: PoolEvent): Partial<Snapshot> => ({
  epoch: event.epoch,
  version: event.version,
  head: event.commit,
  atMs: Math.max(now.atMs, event.atMs),
  ...(event.lever === undefined ? {} : { lever: event.lever ?? undefined }),
  garbage: now.garbage.filter(({ field }) => field === undefined || !Object.hasOwn(event.nodes, field)),
});

const applyNodes = (nodes: Map<string, NodeRecord>, written: PoolEvent['nodes']): void => {
  for (const [id, record] of Object.entries(written)) {
    if (record === null) nodes.delete(id);
    else nodes.set(id, record);
  }
};

/** How a new snapshot can differ from the one before so that the pool between them was lost. */
export type Loss = 'another-epoch' | 'lower-version';

/** Whether the pool behind a new snapshot is still the one that was known. A pool that never was cannot be lost. */
export const lossBetween = (
  before: Pick<Snapshot, 'epoch' | 'version'> | undefined,
  now: Pick<Snapshot, 'epoch' | 'version'>,
): Loss | undefined => {
  if (before?.epoch === undefined) return undefined;
  if (now.epoch !== before.epoch) return 'another-epoch';
  return now.version < before.version ? 'lower-version' : undefined;
};
