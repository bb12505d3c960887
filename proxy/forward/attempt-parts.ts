/** What one try of a request on a node works with. */
import type { Telemetry } from '../telemetry.ts';
import type { TryEnd } from './failure.ts';
import type { Forwarder } from './library.ts';

export interface AttemptLimits {
  readonly connectMs: number;
  readonly idleMs: number;
  /** Of the body of a request; infinite where there is no limit. */
  readonly bodyBytes: number;
}

export interface AttemptParts {
  readonly forwarder: Forwarder;
  readonly limits: AttemptLimits;
  readonly telemetry: Telemetry;
  /** Clients are told to come back on another connection. */
  readonly isStopping: () => boolean;
}

export interface AttemptHooks {
  /** The head of the answer has come. */
  readonly onAnswer: () => void;
  /** Called once, at the very moment at which nothing more goes to or comes from the node. */
  readonly onEnd: (end: TryEnd) => void;
}
