/*
 * What became of remedies, from the incidents that are kept.
 *
 * INVARIANTS
 * - A remedy has cured where its incident ended healed and no incident of the same finding began on that node within a
 *   day; until that day is over it is open.
 * - One that was followed by another remedy in its incident, or by an end that is not health, has failed.
 * - Where a human took the node over, nobody can tell: it stays open.
 */
import type { IncidentEntry } from '../../../pool/commit.ts';
import { type Remedy, remedies } from '../../../pool/record.ts';
import type { Incident } from '../../../pool/store.ts';

/** The same finding on the same node within this time of its return is a relapse. */
const curedAfterMs = 24 * 3_600_000;

/** How one remedy has done for one finding. `tried` is the sum of the others. */
export interface CureRate {
  readonly finding: string;
  readonly remedy: Remedy;
  readonly tried: number;
  readonly cured: number;
  /** Healed, but the same finding came back in time. */
  readonly relapsed: number;
  readonly failed: number;
  /** Not known yet, or never. */
  readonly open: number;
}

type Fate = 'cured' | 'relapsed' | 'failed' | 'open';

interface Attempt {
  readonly finding: string;
  readonly remedy: Remedy;
  readonly fate: Fate;
}

/**
 * @param incidents in any order
 * @param nowMs Redis TIME
 */
export const curesIn = (incidents: readonly Incident[], nowMs: number): readonly CureRate[] => {
  const rates = new Map<string, CureRate>();
  for (const incident of incidents)
    for (const { finding, remedy, fate } of attemptsIn(incident, incidents, nowMs)) {
      const key = `${finding} ${remedy}`;
      const so = rates.get(key) ?? { finding, remedy, tried: 0, cured: 0, relapsed: 0, failed: 0, open: 0 };
      rates.set(key, { ...so, tried: so.tried + 1, [fate]: so[fate] + 1 });
    }
  return [...rates.values()].sort(inOrder);
};

/** By finding, and then from the lightest remedy to the heaviest. */
const inOrder = (one: CureRate, other: CureRate): number =>
  one.finding.localeCompare(other.finding) || remedies.indexOf(one.remedy) - remedies.indexOf(other.remedy);

/** The remedies of an incident, each once: asking for one again is no other attempt. */
const attemptsIn = (incident: Incident, all: readonly Incident[], nowMs: number): readonly Attempt[] => {
  const finding = findingIn(incident);
  if (finding === undefined) return [];
  const begun = [...new Set(incident.entries.map(remedyIn).filter((remedy) => remedy !== undefined))];
  return begun.map((remedy, index) => ({
    ...{ finding, remedy },
    fate: index < begun.length - 1 ? 'failed' : fateOf(incident, finding, all, nowMs),
  }));
};

const fateOf = (incident: Incident, finding: string, all: readonly Incident[], nowMs: number): Fate => {
  const { outcome, entries } = incident;
  if (outcome === undefined || outcome === 'held' || outcome === 'left') return 'open';
  if (outcome !== 'healed') return 'failed';
  const healedMs = entries.at(-1)?.atMs ?? nowMs;
  const cameBack = all.some(
    (other) =>
      other.id !== incident.id &&
      other.node === incident.node &&
      other.openedMs >= healedMs &&
      other.openedMs - healedMs < curedAfterMs &&
      findingIn(other) === finding,
  );
  if (cameBack) return 'relapsed';
  return nowMs - healedMs >= curedAfterMs ? 'cured' : 'open';
};

/** Of an incident that began with silence, the first step that treats it says what for. */
const findingIn = ({ entries }: Incident): string | undefined =>
  entries.map((entry) => textIn(entry, 'finding')).find((finding) => finding !== undefined);

/** A remedy is told by the step that intends it. */
const remedyIn = (entry: IncidentEntry): Remedy | undefined => {
  const told = textIn(entry, 'remedy');
  return remedies.find((remedy) => remedy === told);
};

const textIn = (entry: IncidentEntry, key: string): string | undefined => {
  const value = entry.detail?.[key];
  return typeof value === 'string' ? value : undefined;
};
