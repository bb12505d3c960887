import type { Clock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';
import type { Limits, PoolStore } from '../../pool/store.ts';
import type { KeptEvidence } from '../doctor/evidence/kept.ts';
import type { Messenger, PictureFile } from '../doctor/ports/messenger.ts';
import type { Pager } from '../doctor/ports/pager.ts';
import type { PoolPower } from '../doctor/ports/power.ts';
import type { Reach } from '../doctor/ports/reach.ts';

/** All that a controller touches of the world. */
export interface ControllerParts {
  readonly store: PoolStore;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** A new id, unique in the world. */
  readonly newId: () => string;
  readonly messenger: Messenger;
  /** Without it nobody is called but by a mention. */
  readonly pager?: Pager;
  /** The pictures of one incident's evidence. */
  readonly draw: (evidence: KeptEvidence, limits: Limits) => Promise<readonly PictureFile[]>;
  readonly reach: Reach;
  readonly power: PoolPower;
}

export interface ControllerOptions {
  /** The controller's name in the pool. */
  readonly id: string;
  /** In `observe` it leads, watches and tells, and touches no node. */
  readonly mode: 'observe' | 'act';
  /** How long it leads without renewing. It renews every 0.3 of that. */
  readonly leaseMs: number;
  /** Pause between two looks at the pool. */
  readonly roundMs: number;
  /** Every call to Redis ends within this time. */
  readonly poolDeadlineMs: number;
  readonly delivery: DeliveryOptions;
  readonly paging: PagingOptions;
}

export interface PagingOptions {
  /** How often the queue of the pager is looked at while it is empty. */
  readonly pollMs: number;
  /** Between two pages: receivers take about two a second. */
  readonly paceMs: number;
  /** How often a wrong address or key is tried again. */
  readonly deniedMs: number;
  /** One call ends within this time, and never later than the lease. */
  readonly callMs: number;
}

export interface DeliveryOptions {
  /** How often the outbox is looked at while it is empty. */
  readonly pollMs: number;
  /** Slack takes about one message a second for each channel; we stay below that on our own. */
  readonly paceMs: number;
  /** How often a wrong token or channel is tried again. */
  readonly deniedMs: number;
  /** One call to Slack ends within this time, and never later than the lease. */
  readonly callMs: number;
  /** Who is called on a page, as Slack writes it. */
  readonly mention?: string;
}
