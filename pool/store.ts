import type { Commit, CommitResult, IncidentEntry, IncidentOutcome, PoolEvent } from './commit.ts';
import type { WaitingNotice } from './notice.ts';
import type { ProfileAsked, ProfileOrder } from './profile-order.ts';
import type { NodeRecord } from './record.ts';
import type { Beat, Beats, Lease, Lever, PoolView, RouterReport } from './view.ts';

/** How long a call may take, in milliseconds of the caller's own clock, and what ends it early. */
export interface Limits {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/** Redis could not be reached, answered too late, or answered nonsense. Thrown by every call of a PoolStore but `commit`. */
export class PoolAway extends Error {
  readonly code: string = 'pool-away';
}

/** Redis answers, and does not know us, or does not let us do this. Only a human can help; the message says how. */
export class PoolDenied extends PoolAway {
  override readonly code = 'pool-denied';
}

/** What a beat brings back, so that an idle agent needs one small call a second. */
export interface BeatAnswer {
  readonly nowMs: number;
  readonly epoch: string | undefined;
  readonly admissionVersion: number;
  readonly record: NodeRecord | undefined;
  readonly lever: Lever | undefined;
  /** A profile that somebody asks of this node, until it is answered or over. */
  readonly profile?: ProfileOrder;
}

/** Newest first. */
export interface Incident {
  readonly id: string;
  readonly node: string;
  readonly openedMs: number;
  readonly entries: readonly (IncidentEntry & { readonly atMs: number })[];
  readonly outcome?: IncidentOutcome;
}

export interface OutboxCounts {
  readonly written: number;
  readonly delivered: number;
  readonly waiting: number;
  /** The oldest, taken out undelivered because the outbox was full. Stays 0 unless nobody reads for very long. */
  readonly lost: number;
  /** The lane of the pager, which counts its own. */
  readonly pages: { readonly delivered: number; readonly waiting: number; readonly lost: number };
}

/**
 * Where a pool's state lives. All methods may be late, fail with PoolAway, or succeed without saying so.
 * `RedisPool` is the real one, `MemoryPool` its equal for tests and the simulator.
 */
export interface PoolStore {
  readonly name: string;

  /** Everything in one transaction. */
  view(limits: Limits): Promise<PoolView>;

  /**
   * Applies a commit. Never throws for an expected failure. When the reply is lost it looks the commit id up
   * in the records and the event stream, within the deadline, before it says `unknown`.
   */
  commit(commit: Commit, limits: Limits): Promise<CommitResult>;

  /** Says that a node lives. Moves no version. */
  beat(beat: Beat, limits: Limits): Promise<BeatAnswer>;

  /** The last beats of these nodes as their agents told them; undefined: of all. */
  beats(nodes: readonly string[] | undefined, limits: Limits): Promise<Beats>;

  /** A router says what it has applied and what is still in flight. Moves no version. */
  reportRouter(report: Omit<RouterReport, 'atMs'>, limits: Limits): Promise<void>;

  /** Removes a router that says good-bye, so that drains do not wait for it. */
  forgetRouter(router: string, limits: Limits): Promise<void>;

  /**
   * Events after `afterVersion`, oldest first, waiting up to `blockMs` for the first one; [] when none came.
   * Uses a connection of its own. Ends early, with [], when the signal aborts.
   */
  events(afterVersion: number, blockMs: number, limits: Limits): Promise<readonly PoolEvent[]>;

  /** Takes or renews the lease, atomically: only where it is free, run out, or already of this token. */
  lease(wanted: Omit<Lease, 'untilMs'> & { readonly forMs: number }, limits: Limits): Promise<Lease>;
  /** Lets the lease go if it is still of this token. */
  releaseLease(token: string, limits: Limits): Promise<void>;

  /** The oldest waiting notices. */
  outbox(most: number, limits: Limits): Promise<readonly WaitingNotice[]>;
  /**
   * Remembers, all or nothing, that these begin to be delivered in the letter of this id; only the holder of the lease
   * token may. `gone`: one of them no longer waits.
   */
  attempt(
    entries: readonly string[],
    letter: string,
    leaseToken: string,
    limits: Limits,
  ): Promise<'ok' | 'not-leader' | 'gone'>;
  /** Takes delivered notices out, and remembers their incident's thread, atomically. */
  delivered(
    entries: readonly string[],
    thread: Thread | undefined,
    leaseToken: string,
    limits: Limits,
  ): Promise<'ok' | 'not-leader'>;
  /** The oldest notices that wait for the pager. */
  pages(most: number, limits: Limits): Promise<readonly WaitingNotice[]>;
  /** Takes a page out, atomically with what the receiver now knows. */
  paged(entry: string, fate: PageFate, leaseToken: string, limits: Limits): Promise<'ok' | 'not-leader'>;
  /** Was an alarm raised for this incident that nobody has ended yet? */
  alarmed(incident: string, limits: Limits): Promise<boolean>;
  /** The message that an incident's thread hangs on, if there is one. */
  thread(incident: string, limits: Limits): Promise<string | undefined>;
  outboxCounts(limits: Limits): Promise<OutboxCounts>;

  /** The newest incidents first. */
  incidents(most: number, limits: Limits): Promise<readonly Incident[]>;
  incident(id: string, limits: Limits): Promise<Incident | undefined>;

  /** Keeps what was found of a node beside its incident, in place of what was kept for it before. Moves no version. */
  keepEvidence(incident: string, json: string, limits: Limits): Promise<void>;
  /** Undefined: none was kept, or a hundred incidents have had some since. */
  evidence(incident: string, limits: Limits): Promise<string | undefined>;
  /** Keeps the profile of a healthy node, in place of its last one of the same likeness. Moves no version. */
  keepBaseline(baseline: Omit<KeptBaseline, 'atMs'> & Likeness, limits: Limits): Promise<void>;
  /** The newest of another node with this likeness; where there is none, the node's own. */
  baseline(of: Pick<KeptBaseline, 'node'> & Likeness, limits: Limits): Promise<KeptBaseline | undefined>;

  /** Asks a node for a profile, one at a time; it stands for `standsMs`, and the node's agent hears of it with a beat. */
  askProfile(node: string, order: ProfileOrder, standsMs: number, limits: Limits): Promise<ProfileAsked>;
  /** Answers an order, with at most {@link profileKept}; the answer is kept for some minutes. */
  answerProfile(node: string, order: string, answer: string, limits: Limits): Promise<void>;
  /** The answer to an order, once it has come. */
  profileAnswer(order: string, limits: Limits): Promise<string | undefined>;

  close(): Promise<void>;
}

/** Only profiles of the same likeness may be compared: of the same service, taken by the same means. */
export interface Likeness {
  readonly like: string;
}

export interface KeptBaseline {
  readonly node: string;
  /** Redis time, stamped by the store. */
  readonly atMs: number;
  readonly json: string;
}

/** What became of a page: `unneeded` counts as nothing, since nobody was to be told. */
export type PageFate =
  | { readonly kind: 'raised'; readonly incident: string | undefined }
  | { readonly kind: 'ended'; readonly incident: string }
  | { readonly kind: 'unneeded' };

export interface Thread {
  readonly incident: string;
  /** What Slack calls `ts`. */
  readonly ts: string;
}
