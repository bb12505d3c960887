import { AgentRefused } from './agent-refused.ts';
import type { Context } from './context.ts';
import { isOver } from './is-over.ts';

/** Longest pause between two tries. */
const longestPauseMs = 5_000;

/** Does something until it succeeds or the agent stops, with growing, jittered pauses; every cause is said once. */
export const untilDone = async (
  { parts, signal, self }: Context,
  what: string,
  act: () => Promise<void>,
): Promise<void> => {
  const said = new Set<string>();
  for (let pauseMs = 250; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      await act();
      return;
    } catch (error) {
      if (error instanceof AgentRefused) throw error;
      const because = error instanceof Error ? error.message : String(error);
      if (!said.has(because) && !isOver(signal)) parts.log.warn(`${what}-put-off`, { node: self.id, because });
      // Bounded: a cause that is never twice the same is not remembered for ever.
      if (said.size >= 100) said.clear();
      said.add(because);
      await parts.clock.sleep(pauseMs * (0.5 + parts.random()), signal);
    }
  }
};
