/*
 * The looks at all processes of this node: the last one, the one that the round before ended with, and the hour.
 *
 * INVARIANT: what could not be read is no look; the one before stays the last.
 */
import { type Hour, sampleOf, withSample } from '../doctor/memory/hour.ts';
import { identityOf, type SeenBefore, type SeenProcess } from '../doctor/memory/killed.ts';
import type { ProcessMemory } from '../doctor/ports/processes.ts';
import type { AgentParts } from './parts.ts';

/** One look at all processes. */
export interface Look {
  readonly processes: readonly ProcessMemory[];
  readonly isWholeMachine: boolean;
  readonly atMs: number;
}

export interface Looks {
  /** Looks; undefined where nothing could be read in time. What somebody else has just seen may do. */
  readonly look: (mayBeOldMs?: number) => Promise<Look | undefined>;
  readonly last: () => Look | undefined;
  readonly hour: () => Hour;
  /** Everybody who was there in the last look or at the end of the round before. */
  readonly seen: (nowMs: number) => SeenBefore | undefined;
  readonly roundEnded: () => void;
}

export const newLooks = (
  { processes, clock }: Pick<AgentParts, 'processes' | 'clock'>,
  limits: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Looks => {
  let hour: Hour = [];
  let last: Look | undefined;
  // Who was killed since was there, and may be missing in the last look.
  let beforeRound: Look | undefined;
  return {
    look: async (mayBeOldMs) => {
      const read = await processes?.read(limits, mayBeOldMs);
      if (read?.kind !== 'read') return undefined;
      last = { ...read, atMs: clock.monotonicMs() };
      hour = withSample(hour, sampleOf(read.processes, last.atMs));
      return last;
    },
    last: () => last,
    hour: () => hour,
    seen: (nowMs) => seenIn([beforeRound, last], nowMs),
    roundEnded: () => {
      beforeRound = last;
    },
  };
};

/** Everybody who was seen, by the newest look that shows them. */
const seenIn = (looks: readonly (Look | undefined)[], nowMs: number): SeenBefore | undefined => {
  const found = new Map<string, SeenProcess>();
  for (const look of looks)
    for (const process of look?.processes ?? [])
      found.set(identityOf(process), { ...process, agoMs: nowMs - (look?.atMs ?? nowMs) });
  const last = looks.findLast((look) => look !== undefined);
  return last === undefined ? undefined : { processes: [...found.values()], isWholeMachine: last.isWholeMachine };
};
