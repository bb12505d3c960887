import type { Log } from './log.ts';
import type { Garbage } from './view.ts';

const mostNamed = 1_000;

/** Names each piece of garbage once in the log, and no more than a thousand pieces in all. */
export const garbageLog = (pool: string, log: Log): ((garbage: readonly Garbage[]) => void) => {
  const named = new Set<string>();
  return (garbage) => {
    for (const { key, field, because } of garbage) {
      if (named.size >= mostNamed) return;
      const name = JSON.stringify([key, field, because]);
      if (named.has(name)) continue;
      named.add(name);
      log.error('garbage-in-pool', { pool, key, field, because });
    }
  };
};
