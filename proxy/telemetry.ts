import type { FailureReason } from './forward/failure.ts';

/** Why a node is left out for a while. */
export type EjectionReason = 'failures-in-row' | 'silent' | 'success-rate' | 'trial-failed';

/** What is counted of a router's work. */
export interface Telemetry {
  /** A request has ended; without a status its client went before it was answered. */
  readonly requestEnded: (status: number | undefined, ms: number) => void;
  /** A request is tried on a second node. */
  readonly retried: () => void;
  readonly budgetExhausted: () => void;
  readonly tryFailed: (because: FailureReason) => void;
  readonly nodeEjected: (reason: EjectionReason) => void;
  /** A node was chosen as if nobody were left out, because too few were in. */
  readonly panicked: () => void;
  /** A request had a larger body than a client may send. */
  readonly bodyRefused: () => void;
  readonly connectionDropped: () => void;
  /** So many lines of the access log are lost. */
  readonly accessLinesLost: (lines: number) => void;
  readonly webSocketOpened: () => void;
}
