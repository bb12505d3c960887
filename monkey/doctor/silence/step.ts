import type { IncidentOutcome } from '../../../pool/commit.ts';
import type { Notice } from '../../../pool/notice.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PowerCall } from '../ports/power.ts';
import type { Reached } from '../ports/reach.ts';

/** One thing to do about silence. Everything but `ask` and `look` becomes one commit. */
export type SilenceStep =
  /** Ask whether anything answers at the node's URL. */
  | { readonly kind: 'ask'; readonly node: string; readonly url: string; readonly incident: string }
  /** Tell people, and touch no node. */
  | { readonly kind: 'tell'; readonly story: Story }
  /** Take the node off the live list. */
  | { readonly kind: 'lose'; readonly node: NodeRecord; readonly story: Story }
  /** A node that nobody goes on with is out until a human has looked, or for good. */
  | {
      readonly kind: 'shut-out';
      readonly node: NodeRecord;
      readonly as: 'quarantined' | 'held' | 'left';
      /** What EC2 was asked for, of a machine that we may have stopped and that is not known to run. */
      readonly call?: 'stop' | 'start';
      readonly story: Story;
    }
  /** Ask EC2 what it knows of the machine. */
  | { readonly kind: 'look'; readonly node: string }
  /** Commit the intent, then ask EC2 for it. */
  | {
      readonly kind: 'call';
      readonly node: NodeRecord;
      readonly call: PowerCall;
      readonly phase: CallPhase;
      readonly story: Story;
    }
  /** What a controller had asked EC2 for has come to pass: the record owes it no longer. */
  | { readonly kind: 'settle'; readonly node: NodeRecord; readonly story: Story }
  /** The node's machine is no more. */
  | { readonly kind: 'remove'; readonly node: NodeRecord; readonly story: Story }
  | { readonly kind: 'forget-router'; readonly router: string; readonly notice: NoticeDraft };

/**
 * `first` begins a treatment, `next` another remedy in it, `on` is the second half of one, `again` was asked for before;
 * `in-place` likewise, of a node that goes on waiting for a human.
 */
export type CallPhase = 'first' | 'next' | 'on' | 'again' | 'in-place';

export interface Story {
  readonly incident: string;
  readonly node: string;
  /** What is told, in one word; told once an incident. */
  readonly step: string;
  readonly because: string;
  readonly outcome?: IncidentOutcome;
  /** Goes into the incident with the step. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly notices: readonly NoticeDraft[];
}

export type NoticeDraft = Pick<Notice, 'kind' | 'text' | 'urgency' | 'detail'>;

/** What asking at a silent node's URL has brought so far in this spell. */
export interface Asked {
  /** Tries in a row that nothing answered. */
  readonly failures: number;
  readonly last: Reached;
}

/** Where a story is not of one node but of all. */
export const wholePool = '*';
