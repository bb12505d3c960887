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

export type InstanceState =
  | {
      readonly kind: 'known';
      readonly state: 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';
    }
  | { readonly kind: 'no-such-instance' }
  | { readonly kind: 'unknown'; readonly because: string };

/** Turns machines off and on. Every call may fail, be late, or succeed without saying so; none is retried by itself. */
export interface Power {
  /**
   * Sent soon after the call (500 ms) or not at all, so that what the caller has just made sure of still stands. The
   * first call of an adapter may have to load much: describe the instance before.
   */
  reboot(instanceId: string, limits: Limits): Promise<PowerAnswer>;
  /** Retried by the adapter until the deadline where EC2 throttles: reading harms nobody. */
  describe(instanceId: string, limits: Limits): Promise<InstanceState>;
}
