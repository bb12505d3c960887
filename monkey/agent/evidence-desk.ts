/*
 * Evidence of the drain under way.
 *
 * INVARIANTS
 * - It is taken once for each drain, however often the agent comes back to it; only the last drain's is kept.
 * - Whoever asks for it gets what there is by then: it never delays the cure.
 * - What has been told is not handed out again.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Evidence } from '../doctor/ports/evidence.ts';
import { type EvidenceAsk, type EvidenceParts, takeEvidence } from './take-evidence.ts';

export interface EvidenceDesk {
  /** Begins to take evidence, unless that was begun already for this drain. */
  readonly begin: (ask: EvidenceAsk) => void;
  /** What was had so far, and an end to the taking; undefined where none was begun. */
  readonly collect: (drain: string) => Promise<Evidence | undefined>;
  /** That of this drain has been told. */
  readonly told: (drain: string) => void;
}

/** How long all of it may take to end once it has been told to: a profile that is cut is stopped, read and kept. */
const endingMs = 750;

export const newEvidenceDesk = (
  given: EvidenceParts,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
): EvidenceDesk => {
  let taking: Taken | undefined;
  return {
    begin: (ask) => {
      if (taking?.drain === ask.drain) return;
      taking?.end.abort();
      const end = new AbortController();
      const limits = { deadlineMs: ask.deadlineMs, signal: AbortSignal.any([signal, end.signal]) };
      const onHad = (had: Evidence): void => {
        begun.had = had;
      };
      const taken = takeEvidence(given, ask, { limits, end: signal, onHad }).catch((error: unknown) =>
        nothingHad(String(error)),
      );
      const begun: Taken = { drain: ask.drain, end, taken, had: undefined, isTold: false };
      taking = begun;
    },
    collect: async (drain) => {
      if (taking?.drain !== drain || taking.isTold) return undefined;
      const begun = taking;
      const { end, taken } = begun;
      end.abort(new Error('the drain was over'));
      const had = new AbortController();
      const late = clock.sleep(endingMs, AbortSignal.any([signal, had.signal])).then(() => soFar(begun));
      try {
        return await Promise.race([taken, late]);
      } finally {
        had.abort();
      }
    },
    told: (drain) => {
      if (taking?.drain === drain) taking.isTold = true;
    },
  };
};

interface Taken {
  readonly drain: string;
  readonly end: AbortController;
  readonly taken: Promise<Evidence>;
  had: Evidence | undefined;
  isTold: boolean;
}

const soFar = ({ had }: Taken): Evidence =>
  had === undefined
    ? nothingHad('it was not ready in time')
    : { ...had, missing: [...had.missing, 'stacks and logs were not kept in time'] };

const nothingHad = (because: string): Evidence => ({
  topByCpu: [],
  topByMemory: [],
  load: [0, 0, 0],
  missing: [because],
});
