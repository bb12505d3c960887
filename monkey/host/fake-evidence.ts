import type { Evidence, EvidenceSource } from '../doctor/ports/evidence.ts';

/** Evidence that a test has laid out; without time there is none. */
export const fakeEvidence = (evidence: Partial<Evidence> = {}): EvidenceSource => ({
  take: async ({ deadlineMs, signal }) => {
    const late = deadlineMs <= 0 || signal?.aborted === true;
    const nothing: Evidence = { topByCpu: [], topByMemory: [], load: [0, 0, 0], missing: late ? ['out of time'] : [] };
    return late ? nothing : { ...nothing, ...evidence };
  },
});
