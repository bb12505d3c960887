/*
 * What a node is. The record is all that is known of a node between two commits; it is kept as JSON in the
 * pool's `nodes` hash under the node's id.
 *
 * INVARIANTS
 * - `version` and `commit` are stamped by the store when it applies a commit, never by who decides.
 * - All times are Redis TIME in milliseconds since 1970; no machine's own clock is ever stored.
 */

/** The states of a node's life. Anything else found in Redis is out of rotation and is not acted on. */
export const nodeStates = [
  'checking',
  'serving',
  'draining',
  'rebooting',
  'quarantined',
  'lost',
  'held',
  'left',
] as const;
export type NodeState = (typeof nodeStates)[number];

/** Who carries a treatment or a step of it. Another may commit only after `stepDeadlineMs`. */
export type Owner = `agent:${string}` | `controller:${string}`;

export interface NodeRecord {
  readonly schema: 1;
  /** The instance id, e.g. `i-0abc…`. */
  readonly id: string;
  /** Origin that routers send requests to, e.g. `http://10.0.0.7:8080`, without a trailing slash. */
  readonly url: string;
  readonly service: string;
  /** A state that this version does not know is kept as it was found, see {@link isKnownState}. */
  readonly state: NodeState | UnknownState;
  /** When `state` was entered. */
  readonly sinceMs: number;
  /** Pool version of the last commit that touched this node; with `commit` it is the node's token. */
  readonly version: number;
  /** Id of that commit. */
  readonly commit: string;
  /** The boot that the agent last joined from. In `rebooting` it is the boot that must be gone. */
  readonly bootId: string;
  /** The living agent's session; random for each start of an agent. */
  readonly session: string;
  /** Share of a full node's traffic, 0 to 1. */
  readonly weight: number;
  /** Treatments in a row that did not last; reset by calm. */
  readonly relapses: number;
  /** When treatments of this node began, oldest first, at most {@link treatmentTimesKept}. */
  readonly treatmentTimes: readonly number[];
  /** Why the node is in this state, in words. */
  readonly because: string;
  readonly owner?: Owner;
  /** Until then only `owner` may commit the next step. */
  readonly stepDeadlineMs?: number;
  readonly incident?: string;
  /** Commit id of the drain under way; routers acknowledge it by this id. */
  readonly drain?: string;
  /** What the drain under way is for, and so what follows once it has ended; set in `draining` only. */
  readonly purpose?: DrainPurpose;
  /** The drain (by its commit id) that was found ended, and told so: after a restart it is not waited for again. */
  readonly drained?: string;
  /** The drain (by its commit id) in which the restart of the service was intended. */
  readonly restarting?: string;
  /** The drain under way goes on because its reboot waits until a budget of the pool has room. */
  readonly rebootWaits?: RebootWaits;
  /** What the treatment under way is for: the kind of finding, `cpu` say. */
  readonly finding?: string;
  /** The remedy that was proven in the treatment under way (`reboot`: the boot id has changed; `restart-service`: another process). */
  readonly remedy?: string;
  /** Remedies that were begun (their intent was committed), oldest first, at most {@link remediesKept}; absent: none. */
  readonly remedies?: readonly RemedyBegun[];
  /** What it was last found doing when it was treated; of nodes that do the same it is not the node that is sick. */
  readonly fingerprint?: FoundDoing;
  /** When a human last gave it back: what was begun before says nothing of what will cure; budgets count it all the same. */
  readonly readmittedMs?: number;
  /** How often in a row a treatment has found it to be load; gone with a remedy that healed, or a day without. */
  readonly busy?: number;
  /** The remedy that this quarantined node waits for, by the hand of a controller. */
  readonly wants?: Remedy | UnknownRemedy;
  /** The human who ordered the treatment under way: its remedy follows even where the node is calm once drained. */
  readonly orderedBy?: string;
  /** Why it was quarantined when that was ordered: without its reboot it goes back there. */
  readonly quarantinedFor?: string;
  /** The guards that this order passed over. */
  readonly forced?: readonly string[];
  /** What EC2 was last asked for by the controller that stops and starts this machine; set in `rebooting` only. */
  readonly call?: 'stop' | 'start';
  /** The human who holds the node out. */
  readonly heldBy?: string;
  /** Why, where the hold takes effect only at the end of what runs; gone with `heldBy`. */
  readonly holdBecause?: string;
  /** Returned to service at this time; routers raise its share slowly from here. */
  readonly servingSinceMs?: number;
}

/** What cures. Only a controller stops and starts a machine. */
export const remedies = ['restart-service', 'reboot', 'stop-start'] as const;
export type Remedy = (typeof remedies)[number];

/** One remedy that was begun: budgets count them, and one that did not cure is skipped for a day. */
export interface RemedyBegun {
  /** One that this version does not know is kept as it was found: budgets count it as a reboot. */
  readonly remedy: Remedy | UnknownRemedy;
  /** Kind of the finding that it was to cure. */
  readonly finding: string;
  readonly atMs: number;
}

/** What a drained node waits for before it is rebooted; what its reboot is for its incident says. */
export interface RebootWaits {
  /** The drain, by its commit id: what stands here of another one says nothing. */
  readonly drain: string;
  /** What stands against the reboot, in words. */
  readonly because: string;
  /** It is quarantined then. Of several that wait the one that began first comes first. */
  readonly untilMs: number;
}

/** The hottest own stack of a sick node. */
export interface FoundDoing {
  /** The same for the same stack, whatever its lines. */
  readonly print: string;
  /** Its innermost frame, for people. */
  readonly frame: string;
  readonly atMs: number;
  /** In which incident; absent in records of earlier versions. */
  readonly incident?: string;
  /** The deploy that ran then; absent: nobody said. */
  readonly deploy?: string;
  /** With it people were told that it is the code. */
  readonly told?: true;
}

/** `treat`: diagnosis and remedy; `hold`: then `held` (needs `heldBy`); `leave`: then `left`. */
export type DrainPurpose = 'treat' | 'hold' | 'leave';

/** A state written by another version of Doctor Monkey. */
export type UnknownState = string & { readonly unknownState?: never };
/** A remedy of another version of Doctor Monkey: counted, and never carried out. */
export type UnknownRemedy = string & { readonly unknownRemedy?: never };

export const treatmentTimesKept = 50;
export const remediesKept = 50;

/** A node's version plus the id of its last commit: a number reused after a failover matches nothing. */
export type Token = `${number}:${string}`;
export const tokenOf = ({ version, commit }: Pick<NodeRecord, 'version' | 'commit'>): Token => `${version}:${commit}`;

export const isKnownState = (state: string): state is NodeState => (nodeStates as readonly string[]).includes(state);
export const isKnownRemedy = (remedy: string): remedy is Remedy => (remedies as readonly string[]).includes(remedy);
