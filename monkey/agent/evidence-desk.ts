/*
 * Evidence of the drain under way.
 *
 * INVARIANTS
 * - It is taken once for each drain, however often the agent comes back to it; only the last drain's is kept.
 * - Whoever asks for it gets what there is by then: it never delays the cure.
 */
import type { Evidence } from '../doctor/ports/evidence.ts';
import type { AgentParts } from './parts.ts';

export interface EvidenceDesk {
  /** Begins to take evidence, unless that was begun already for this drain. */
  readonly begin: (drain: string, deadlineMs: number) => void;
  /** What was had so far, and an end to the taking; undefined where none was begun. */
  readonly collect: (drain: string) => Promise<Evidence | undefined>;
}

/** How long a source may take to end once it has been told to. */
const endingMs = 250;

export const newEvidenceDesk = (
  { evidence, clock }: Pick<AgentParts, 'evidence' | 'clock'>,
  signal: AbortSignal,
): EvidenceDesk => {
  let taking: { readonly drain: string; readonly end: AbortController; readonly taken: Promise<Evidence> } | undefined;
  return {
    begin: (drain, deadlineMs) => {
      if (taking?.drain === drain) return;
      taking?.end.abort();
      const end = new AbortController();
      const limits = { deadlineMs, signal: AbortSignal.any([signal, end.signal]) };
      taking = { drain, end, taken: evidence.take(limits).catch((error: unknown) => nothingHad(String(error))) };
    },
    collect: async (drain) => {
      if (taking?.drain !== drain) return undefined;
      const { end, taken } = taking;
      end.abort();
      const late = clock.sleep(endingMs, signal).then(() => nothingHad('it was not ready in time'));
      return Promise.race([taken, late]);
    },
  };
};

const nothingHad = (because: string): Evidence => ({
  topByCpu: [],
  topByMemory: [],
  load: [0, 0, 0],
  missing: [because],
});
