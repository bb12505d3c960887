import type { Limits } from '../../../pool/store.ts';

/** What came of asking EC2 for something. */
export type PowerAnswer =
  /** Accepted, not done: only a new boot id proves a reboot. */
  | { readonly kind: 'accepted' }
  /** EC2 said no, for good (`code` is EC2's own, e.g. `UnauthorizedOperation`). */
  | { readonly kind: 'refused'; readonly code: string; readonly because: string }
  /** EC2 said not now (throttling, 5xx), or nothing was sent at all (no connection, no credentials, too late): nothing was begun. */
  | { readonly kind: 'throttled'; readonly code: string; readonly because: string }
  /** No answer: it may have been accepted. */
  | { readonly kind: 'unknown'; readonly because: string };

export type MachineState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export type InstanceState =
  | { readonly kind: 'known'; readonly state: MachineState }
  | { readonly kind: 'no-such-instance' }
  | { readonly kind: 'unknown'; readonly because: string };

/** The limits of a call that changes something. */
export interface OrderLimits extends Limits {
  /** By the monotonic clock: sent by then or not at all, if that is sooner than 500 ms after the call. */
  readonly sendByMs?: number;
}

/** Turns machines off and on. Every call may fail, be late, or succeed without saying so; none is retried by itself. */
export interface Power {
  /**
   * Sent soon after the call (500 ms, or by `sendByMs`) or not at all, so that what the caller has just made sure of still stands. The
   * first call of an adapter may have to load much: describe the instance before.
   */
  reboot(instanceId: string, limits: OrderLimits): Promise<PowerAnswer>;
  /** Retried by the adapter until the deadline where EC2 throttles: reading harms nobody. */
  describe(instanceId: string, limits: Limits): Promise<InstanceState>;
}

/** What is asked of EC2 for a machine. */
export type PowerCall = 'reboot' | 'stop' | 'start';

/** Power over a whole pool: what only a controller has. */
export interface PoolPower extends Power {
  /** As {@link Power.reboot}. `stopped` comes later, and everything on instance-store volumes is gone then. */
  stop(instanceId: string, limits: OrderLimits): Promise<PowerAnswer>;
  /** As {@link Power.reboot}. */
  start(instanceId: string, limits: OrderLimits): Promise<PowerAnswer>;
  /**
   * What EC2 knows of each of these, however many; all or nothing. Retried by the adapter until the deadline where EC2
   * throttles.
   */
  describeAll(instanceIds: readonly string[], limits: Limits): Promise<Described>;
}

export type Described =
  /** Has all that was asked for. */
  | { readonly kind: 'described'; readonly instances: ReadonlyMap<string, InstanceSeen> }
  | { readonly kind: 'unknown'; readonly because: string };

export type InstanceSeen =
  | {
      readonly kind: 'known';
      readonly state: MachineState;
      readonly storage: Storage;
      /** The Auto Scaling group that it belongs to: one that finds it stopped replaces it. */
      readonly autoScalingGroup?: string;
      readonly tags: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'no-such-instance' }
  /** EC2 said something that this version does not know. */
  | { readonly kind: 'unknown'; readonly because: string };

/** What a stop would destroy: data on instance-store volumes. */
export type Storage =
  | { readonly kind: 'kept' }
  | { readonly kind: 'instance-store'; readonly because: string }
  | { readonly kind: 'unknown'; readonly because: string };
