/*
 * How long a decision holds, see docs/decisions/0016. It is asked twice: here by the monotonic clock of who decided, right
 * before the commit is written, and by the store with Redis TIME, since a message may be late as well.
 */
import type { Commit, CommitResult } from './commit.ts';

/** As long as a view may be old that a treatment is judged by. */
export const decisionHoldsMs = 5_000;

/**
 * Why the commit is not to be written any more: it was decided from a view that is too old by now. Undefined: it may be.
 *
 * @param nowMs the monotonic time of the store that the view was read from
 */
export const tooOld = (
  { readAtMs }: Pick<Commit, 'readAtMs'>,
  nowMs: number,
): Extract<CommitResult, { kind: 'conflict' }> | undefined => {
  const ageMs = nowMs - readAtMs;
  return ageMs <= decisionHoldsMs
    ? undefined
    : { kind: 'conflict', because: `fresh: it was decided from a view read ${Math.round(ageMs)} ms ago, not sent` };
};
