/*
 * Metrics beside the agent.
 *
 * INVARIANT: whatever becomes of them, the agent lives on and ends as it should: nothing here rejects, and what hangs is
 * waited for once the agent ends, and then not for long.
 */
import { messageOf } from '../../pool/thrown.ts';
import type { AgentParts, Self } from './parts.ts';

export interface Pushing {
  /** To be called once the signal has aborted. */
  readonly ended: () => Promise<void>;
}

/** What has not ended by then ends with the process. */
const endWithinMs = 1_000;

/** Begins to tell the metrics server of this node, where one is configured; goes on until the signal. */
export const beginPush = (
  { push, clock, log }: Pick<AgentParts, 'push' | 'clock' | 'log'>,
  { id }: Pick<Self, 'id'>,
  signal: AbortSignal,
): Pushing => {
  const pushing = async (): Promise<void> => {
    try {
      await push?.(signal);
    } catch (error) {
      log.error('metrics-ended', { node: id, because: messageOf(error) });
    }
  };
  const pushed = pushing();
  return {
    ended: async () => {
      const done = new AbortController();
      await Promise.race([pushed, clock.sleep(endWithinMs, done.signal)]);
      done.abort();
    },
  };
};
