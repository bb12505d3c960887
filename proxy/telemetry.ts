import type { FailureReason } from './forward/failure.ts';

/** What is counted of a router's work. */
export interface Telemetry {
  /** A request has ended; without a status its client went before it was answered. */
  readonly requestEnded: (status: number | undefined, ms: number) => void;
  /** A request is tried on a second node. */
  readonly retried: () => void;
  readonly budgetExhausted: () => void;
  readonly tryFailed: (because: FailureReason) => void;
  readonly nodeEjected: () => void;
  /** All members were ejected or on trial, so that it made no difference. */
  readonly panicked: () => void;
  readonly connectionDropped: () => void;
  readonly webSocketOpened: () => void;
}
