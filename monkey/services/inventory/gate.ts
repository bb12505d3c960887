import type { Clock } from '../../../pool/clock.ts';
import { afterOutcome, newWindow } from './window.ts';

/** Lets so many through at once as the window is wide, in the order in which they came, each once `ready`. */
export interface Gate {
  readonly through: <T>(work: () => Promise<T>, failed: (result: T) => boolean) => Promise<T>;
}

export const newGate = (most: number, requestMs: number, clock: Clock, ready: () => Promise<void>): Gate => {
  let window = newWindow(most, requestMs);
  let inside = 0;
  const waiting: (() => void)[] = [];
  const open = (): void => {
    while (inside < window.size && waiting.length > 0) {
      inside += 1;
      waiting.shift()?.();
    }
  };
  return {
    through: async (work, failed) => {
      await new Promise<void>((enter) => {
        waiting.push(enter);
        open();
      });
      try {
        await ready();
        const { turn } = window;
        const startedMs = clock.monotonicMs();
        const result = await work();
        window = afterOutcome(window, { turn, ms: clock.monotonicMs() - startedMs, failed: failed(result) });
        return result;
      } finally {
        inside -= 1;
        open();
      }
    },
  };
};
