/** How the one round of `--once` ends. Pure. */
import { Exit } from '../command.ts';
import type { ToldRound } from './told.ts';

/**
 * A host that failed is 1, whatever else did; so are lines that are too long and a file that could not be written, which
 * are nobody's absence. 3: all hosts were read, and the metrics server could not be reached.
 */
export const exitOf = ({ failed, sent, written }: Pick<ToldRound, 'failed' | 'sent' | 'written'>): Exit => {
  if (failed.length > 0 || (written?.because ?? null) !== null) return Exit.bad;
  if (sent === null || sent.failedLines === 0) return Exit.fine;
  return sent.failedLines > sent.tooLong ? Exit.unreachable : Exit.bad;
};
