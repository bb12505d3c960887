/** What happens to a pool, as data: made from a seed, replayed, and made smaller once it has shown a violation. */
import type { PolicySource } from '../../pool/policy.ts';

export interface Schedule {
  /** For the dice of the run itself: latencies, jitter. */
  readonly seed: number;
  readonly nodes: number;
  readonly controllers: number;
  readonly proxies: number;
  readonly policy: PolicySource;
  /** Traffic, as the share of one node's CPU that each of all nodes would spend on it. */
  readonly load: number;
  /** Whether durable commits have a replica to wait for. */
  readonly replica: boolean;
  /** Whether pages also go to a pager. */
  readonly pager?: boolean;
  /** All that fall sick do the same, and their agents can see it. */
  readonly sameCode?: boolean;
  /** So long things happen; then all faults stop. */
  readonly forMs: number;
  readonly happenings: readonly Happening[];
}

/** `agent 1`, `controller 1`, `proxy 1`. */
export type ProcessName = string;

export type Call =
  | 'view'
  | 'commit'
  | 'beat'
  | 'events'
  | 'report'
  | 'lease'
  | 'outbox'
  | 'describe'
  | 'reboot'
  | 'stop'
  | 'start'
  | 'measure'
  | 'restart'
  | 'check'
  | 'post'
  | 'page'
  | 'reach';

/** What a process may be cut off from; Redis where nothing is said. Slack's network is the pager's as well. */
export type Place = 'redis' | 'ec2' | 'slack' | 'nodes';
export type PagerTrouble = 'away' | 'limited' | 'loses-replies' | 'refuses';
/** `not-found`: it knows no such machine, as for a while after a start; that goes for calls as well. */
export type Untruth = 'not-found' | 'running' | 'stopped' | 'stopping';

/** Something that strikes once, at the n-th call of this kind of this process from then on. */
export interface Strike {
  readonly at: 'sending' | 'reply';
  readonly what: 'kill' | 'stop' | 'lose' | 'late';
  /** How long it is stopped, or how late it is. */
  readonly ms: number;
}

export type Happening = { readonly atMs: number } & (
  | { readonly kind: 'sick'; readonly node: number; readonly until: 'reboot' | 'stop-start' | 'for-ever' | 'by-itself' }
  | { readonly kind: 'leaks'; readonly node: number; readonly until: 'restart' | 'reboot' | 'for-ever' }
  | { readonly kind: 'app-breaks'; readonly node: number; readonly until: 'boot' | 'by-itself' | 'for-ever' }
  /** Its CPU can't be measured for so long. */
  | { readonly kind: 'unmeasurable'; readonly node: number; readonly forMs: number }
  | { readonly kind: 'crash'; readonly process: ProcessName }
  | { readonly kind: 'stop'; readonly process: ProcessName; readonly forMs: number }
  | { readonly kind: 'machine-dies'; readonly node: number; readonly mends: 'reboot' | 'stop-start' | 'never' }
  | { readonly kind: 'machine-boots'; readonly node: number }
  | { readonly kind: 'terminated'; readonly node: number }
  /** EC2 says that it is going down, and for so long it still runs. */
  | { readonly kind: 'goes-down'; readonly node: number; readonly to: 'stopped' | 'terminated'; readonly forMs: number }
  /** Its record says that it was rebooted so long ago. */
  | { readonly kind: 'rebooted-before'; readonly node: number; readonly agoMs: number }
  | { readonly kind: 'load'; readonly times: number; readonly forMs: number }
  | { readonly kind: 'redis-away'; readonly forMs: number }
  | { readonly kind: 'redis-empty' }
  | { readonly kind: 'failover'; readonly loses: number }
  | { readonly kind: 'replica-silent'; readonly forMs: number }
  | { readonly kind: 'cut'; readonly process: ProcessName; readonly from?: Place; readonly forMs: number }
  /** What it reads of the pool is kept for so long and handed out again, as something between it and Redis might. */
  | { readonly kind: 'stale'; readonly process: ProcessName; readonly keptMs: number; readonly forMs: number }
  | { readonly kind: 'pager'; readonly trouble: PagerTrouble; readonly forMs: number }
  /** EC2 says this of a machine, whatever is so. */
  | { readonly kind: 'ec2-says'; readonly node: number; readonly says: Untruth; readonly forMs: number }
  | { readonly kind: 'leap'; readonly ms: number }
  | { readonly kind: 'slack'; readonly trouble: 'away' | 'limited' | 'loses-replies'; readonly forMs: number }
  | { readonly kind: 'ec2'; readonly trouble: 'throttles' | 'loses-replies' | 'lies' | 'blind'; readonly forMs: number }
  | {
      readonly kind: 'hand';
      readonly order: 'drain' | 'readmit' | 'leave' | 'reboot' | 'pause' | 'resume';
      readonly node: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'strike';
      readonly process: ProcessName;
      readonly call: Call;
      readonly nth: number;
      readonly strike: Strike;
    }
);
