/*
 * A change of the pool's state, as data. The store applies it whole or not at all.
 *
 * INVARIANTS (kept by every PoolStore; the contract suite holds them to it)
 * - A commit applies only if everything in `expect` still stands.
 * - The live list holds exactly the URLs of serving nodes, each once, after every commit.
 * - Whatever a commit tells (event, notices, incident) is written by the same commit.
 * - `version` grows by one with every commit; the event's stream id is `<version>-0` and it names the commit
 *   before it, so that a follower sees every gap.
 * - A commit id is applied at most once.
 */

import type { Notice } from './notice.ts';
import type { PolicySource } from './policy.ts';
import type { NodeRecord, Token } from './record.ts';
import type { Lease, Lever } from './view.ts';

/** What must still stand. `undefined` in a value means: must be absent. */
export type Expectation =
  | { readonly kind: 'epoch'; readonly epoch: string | undefined }
  /** Nothing at all was committed since. */
  | { readonly kind: 'head'; readonly head: string }
  | { readonly kind: 'node'; readonly node: string; readonly token: Token | undefined }
  | { readonly kind: 'admission'; readonly admissionVersion: number }
  /** No lever is pulled; one whose `untilMs` has passed by Redis TIME does not count. */
  | { readonly kind: 'lever-free' }
  | { readonly kind: 'leader'; readonly token: string }
  /** Redis TIME is not past this: what was decided from an older view may no longer be right. */
  | { readonly kind: 'fresh'; readonly untilMs: number }
  | { readonly kind: 'policy'; readonly version: number };

/** A node record as who decides writes it: the store stamps `version` and `commit`. */
export type NodeDraft = Omit<NodeRecord, 'version' | 'commit'>;

export type Write =
  | { readonly kind: 'put-node'; readonly node: NodeDraft }
  /** Forgets the node, its beat and its vitals. */
  | { readonly kind: 'remove-node'; readonly node: string }
  | { readonly kind: 'pull-lever'; readonly lever: Lever }
  | { readonly kind: 'free-lever' }
  | { readonly kind: 'put-policy'; readonly source: PolicySource; readonly by: string }
  | { readonly kind: 'put-lease'; readonly lease: Lease }
  | { readonly kind: 'forget-router'; readonly router: string }
  /** Adds a step to an incident, making the incident where there is none of this id. */
  | { readonly kind: 'incident'; readonly incident: string; readonly node: string; readonly entry: IncidentEntry };

/** One line of an incident's story. `detail` is plain JSON. `atMs` is stamped by the store. */
export interface IncidentEntry {
  readonly step: string;
  readonly because: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Set by the last entry: how the incident ended. */
  readonly outcome?: IncidentOutcome;
}
export type IncidentOutcome = 'healed' | 'busy' | 'returned' | 'quarantined' | 'held' | 'left' | 'lost';

export interface Commit {
  /** Random, unique for each attempt to decide. */
  readonly id: string;
  /** One word for the event stream: `joined`, `admitted`, `rebooting`, … */
  readonly what: string;
  /** When the view was read that it was decided from, see `readAtMs` of a view: it is not written long after. */
  readonly readAtMs: number;
  readonly expect: readonly Expectation[];
  readonly writes: readonly Write[];
  readonly notices: readonly Notice[];
  /**
   * What the writes do to the live list, worked out from the records before and after by {@link liveChange}.
   * The store removes first (every occurrence) and then adds (after removing any occurrence).
   */
  readonly live: LiveChange;
  /** Moves `admissionVersion`: who is out, limits or the lever has changed. */
  readonly movesAdmission: boolean;
  /** Waits for a replica where there is one (WAIT 1) before the commit counts as done. */
  readonly durable: boolean;
}

export interface LiveChange {
  /** The list was found wrong and is made anew: whatever stood in it is dropped first. */
  readonly whole?: true;
  readonly remove: readonly string[];
  readonly add: readonly string[];
}

/** Why a commit was not applied: the first expectation that did not stand. */
export type CommitResult =
  | { readonly kind: 'committed'; readonly version: number; readonly atMs: number }
  | {
      readonly kind: 'conflict';
      readonly because: string;
      /** The store does not let us commit at all: deciding again is of no use, a human must help. */
      readonly denied?: true;
    }
  /** Applied, but no replica has said so in time: hands off. */
  | { readonly kind: 'unacknowledged'; readonly version: number; readonly because: string }
  /** Nobody can say whether it was applied (the reply was lost and the record could not be read). */
  | { readonly kind: 'unknown'; readonly because: string };

/** What a commit told, as routers, the CLI and the dashboard follow it. */
export interface PoolEvent {
  readonly version: number;
  readonly commit: string;
  /** Id of the commit before this one; '' for the first. */
  readonly previous: string;
  readonly epoch: string;
  readonly atMs: number;
  readonly what: string;
  /** Nodes after the commit; `null` for one that was removed. */
  readonly nodes: Readonly<Record<string, NodeRecord | null>>;
  /** Set where the commit touched it; `null`: let go. */
  readonly lever?: Lever | null;
  readonly policyVersion?: number;
}
