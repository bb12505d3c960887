/** What a try knows of the request that it is for, and whom it tells how it ended. */
import type { FailureReason, TryEnd } from '../forward/failure.ts';

export interface TriedOut {
  /** The head for the node. */
  readonly head: string;
  readonly isSafe: boolean;
  readonly isToHead: boolean;
  readonly firstByteMs: number;
  /** Told once for each try, last of all. */
  readonly tried: (end: TryEnd) => void;
  /** What is added to the head of an answer, and the empty line. */
  readonly lastLines: (hasDate: boolean) => string;
}

export const answered = { kind: 'answered' } as const;
export const answeredWithError = { kind: 'answered', isError: true } as const;
export const cut = { kind: 'cut' } as const;
export const gone = { kind: 'client-gone' } as const;

/** `checking`: whether a kept connection still stands; `sending`: the body; `waiting`: for the head of the answer. */
export type TryState = 'over' | 'connecting' | 'checking' | 'sending' | 'waiting' | 'answering';

/**
 * Who was too late, where no answer has begun.
 *
 * @param isBlocked the node does not take what is sent to it
 */
export const lateIn = (state: Exclude<TryState, 'over' | 'answering'>, isBlocked: boolean): FailureReason => {
  switch (state) {
    case 'connecting':
    case 'checking':
      return 'connect-timeout';
    case 'sending':
      return isBlocked ? 'node-stalled' : 'client-stalled';
    case 'waiting':
      return 'first-byte-timeout';
  }
};
