import type { Refusal } from './forward/failure.ts';
import type { IgnoredNode } from './members.ts';

/** Where members come from: a pool, or a person's hand. */
export interface Source {
  /** Why there is nobody to send a request to. */
  readonly nobody: () => Refusal;
  readonly state: () => SourceState;
  /** Something in flight on a node that has left has ended. */
  readonly leavingChanged: () => void;
  /** A node was left out because requests to it failed, or is in again. */
  readonly ejectionChanged: () => void;
  /** Ends what it follows; the routing itself has ended before. */
  readonly stop: () => Promise<void>;
}

export interface SourceState {
  /** The source has been heard of since the start, or remembered. */
  readonly isKnown: boolean;
  readonly epoch: string | undefined;
  readonly version: number;
  /** For how long the pool has not been heard of; 0: it is. */
  readonly awayMs: number;
  readonly ignored: readonly IgnoredNode[];
  /** Members that are kept although the pool does not name them. */
  readonly kept: number;
}

/** Before the source has begun. */
export const startingSource: Source = {
  nobody: () => ({ status: 503, error: 'starting', because: 'the router has just started' }),
  state: () => ({ isKnown: false, epoch: undefined, version: 0, awayMs: 0, ignored: [], kept: 0 }),
  leavingChanged: () => undefined,
  ejectionChanged: () => undefined,
  stop: async () => undefined,
};
