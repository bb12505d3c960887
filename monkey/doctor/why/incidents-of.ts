import type { IncidentOutcome } from '../../../pool/commit.ts';
import type { Incident } from '../../../pool/store.ts';

/** One incident in a line. */
export interface IncidentLine {
  readonly id: string;
  readonly openedMs: number;
  /** Null: it is under way. */
  readonly outcome: IncidentOutcome | null;
  readonly because: string;
  readonly lastStep: string | null;
  readonly lastStepMs: number | null;
}

/** As many as a person wants to read. */
const most = 5;

/** The last incidents of a node, the newest first, from those of the pool. */
export const incidentsOf = (node: string, incidents: readonly Incident[]): readonly IncidentLine[] =>
  incidents
    .filter((incident) => incident.node === node)
    .slice(0, most)
    .map(({ id, openedMs, outcome, entries }) => ({
      ...{ id, openedMs, outcome: outcome ?? null, because: entries[0]?.because ?? '' },
      lastStep: entries.at(-1)?.step ?? null,
      lastStepMs: entries.at(-1)?.atMs ?? null,
    }));
