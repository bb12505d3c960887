/*
 * What a follower makes of a view and of the events after it. Pure.
 *
 * INVARIANTS
 * - An event is applied only if it is the very next one: its version follows, it names the last commit as its
 *   predecessor, and it is of the same epoch. Anything else asks for a new snapshot.
 * - Another epoch, or a lower version, is a lost pool and never a change.
 */
import type { PoolEvent } from './commit.ts';
import type { NodeRecord } from './record.ts';
import type { Lever, PoolView, StoredPolicy } from './view.ts';

/** The part of a pool that is followed. */
export interface Snapshot {
  readonly epoch: string | undefined;
  readonly version: number;
  /** Id of the last commit applied. */
  readonly head: string;
  readonly nodes: ReadonlyMap<string, NodeRecord>;
  readonly lever: Lever | undefined;
  readonly policy: StoredPolicy | undefined;
}

export const snapshotOf = ({ epoch, version, head, nodes, lever, policy }: PoolView): Snapshot => ({
  epoch,
  version,
  head,
  nodes,
  lever,
  policy,
});

export type Applied =
  | { readonly kind: 'applied'; readonly snapshot: Snapshot }
  | { readonly kind: 'resync'; readonly because: string };

export const applyEvent = (snapshot: Snapshot, event: PoolEvent): Applied => {
  if (event.epoch !== snapshot.epoch) return resync(`event ${event.version} is of another epoch`);
  if (event.version !== snapshot.version + 1) return resync(`event ${event.version} follows ${snapshot.version}`);
  if (event.previous !== snapshot.head) return resync(`event ${event.version} follows another commit`);
  if (event.policyVersion !== undefined) return resync('the policy has changed');
  const nodes = new Map(snapshot.nodes);
  for (const [id, node] of Object.entries(event.nodes)) {
    if (node === null) nodes.delete(id);
    else nodes.set(id, node);
  }
  const lever = event.lever === undefined ? snapshot.lever : (event.lever ?? undefined);
  return { kind: 'applied', snapshot: { ...snapshot, version: event.version, head: event.commit, nodes, lever } };
};

const resync = (because: string): Applied => ({ kind: 'resync', because });

/** Why the pool just read is not the one that was known; undefined where it is. */
export const lostPool = (known: Snapshot | undefined, read: Snapshot): string | undefined => {
  if (known?.epoch === undefined) return undefined;
  if (read.epoch !== known.epoch) return `epoch ${known.epoch} became ${read.epoch ?? 'none: the pool is empty'}`;
  return read.version < known.version ? `version ${known.version} became ${read.version}` : undefined;
};
