import type { Policy, PolicySource } from './policy.ts';
import type { NodeRecord, Token } from './record.ts';

/** The switch that stops healing and chaos alike. */
export interface Lever {
  readonly because: string;
  readonly by: string;
  readonly sinceMs: number;
  /** Redis time at which it lets go by itself; without it only `resume` does. */
  readonly untilMs?: number;
}

/** The leading controller's lease. `token` is a fencing token, new with each leadership. */
export interface Lease {
  readonly holder: string;
  readonly token: string;
  readonly untilMs: number;
  /** Whether its holder acts or only observes; absent: it has not said. */
  readonly mode?: 'observe' | 'act';
  /** Why its notices wait, in words; absent: nothing keeps them that it knows of. */
  readonly trouble?: string;
}

/** What a router last said of itself. */
export interface RouterReport {
  readonly id: string;
  /** Redis time of the report, stamped by the store. */
  readonly atMs: number;
  /** Pool version that the router has applied. */
  readonly version: number;
  /** Requests in flight per drain, by the drain's commit id; a drain not named here is not yet applied. */
  readonly draining: Readonly<Record<string, number>>;
  /** Requests per second that it has sent to each node lately, by node id; absent: it does not count them. */
  readonly requests?: Readonly<Record<string, number>>;
  /** Serving nodes that it leaves out for now, because requests to them failed; absent: none. */
  readonly ejected?: readonly string[];
  /** So few are left that it sends requests to all of them all the same. */
  readonly panic?: boolean;
}

/**
 * What a node's agent told last. Opaque to the pool but for the session, and for what is read of all nodes at once, which
 * is kept beside it: see pulse.ts.
 */
export interface Beat {
  readonly node: string;
  readonly session: string;
  readonly vitals: Readonly<Record<string, unknown>>;
}

export interface StoredPolicy {
  readonly version: number;
  readonly by: string;
  readonly atMs: number;
  /** As people wrote it. */
  readonly source: PolicySource;
  readonly policy: Policy;
}

/** Something in Redis that could not be read. It is out of rotation, acted on by nobody, and named once in the log. */
export interface Garbage {
  readonly kind: 'garbage';
  readonly key: string;
  readonly field?: string;
  readonly because: string;
  /** Of a node record: the token that still can be read in it, which a commit that replaces it must expect. */
  readonly token?: Token;
  /** Of the policy: its version where that still can be read, which a commit that replaces it must expect. */
  readonly policyVersion?: number;
  /** Of a node record: another, newer version of Doctor Monkey wrote it. It is no one's to replace but a human's. */
  readonly newer?: true;
}

/** Last beats as their agents told them, and those that could not be read. */
export interface Beats {
  readonly beats: ReadonlyMap<string, Beat>;
  readonly garbage: readonly Garbage[];
}

/** All that is known of a pool at one moment, read in one transaction. */
export interface PoolView {
  /** Redis TIME of the read, milliseconds. */
  readonly nowMs: number;
  /** When the store began to read it, by its own monotonic clock; means nothing to another process. */
  readonly readAtMs: number;
  /** Random identity of this pool's data; undefined: this pool was never written to (or was lost). */
  readonly epoch: string | undefined;
  /** Grows by one with every commit; 0 for a pool never written to. */
  readonly version: number;
  /** Id of the last commit, '' when there is none. */
  readonly head: string;
  readonly admissionVersion: number;
  readonly nodes: ReadonlyMap<string, NodeRecord>;
  /** Redis time of each node's last beat. */
  readonly seen: ReadonlyMap<string, number>;
  /** The pulse of each node's last beat, see pulse.ts. A store's `beats` reads whole ones. */
  readonly beats: ReadonlyMap<string, Beat>;
  readonly routers: ReadonlyMap<string, RouterReport>;
  readonly lever: Lever | undefined;
  readonly leader: Lease | undefined;
  /** Undefined: nobody has applied one; the defaults stand. */
  readonly policy: StoredPolicy | undefined;
  /** The live list as foreign routers read it. */
  readonly live: readonly string[];
  readonly garbage: readonly Garbage[];
}
