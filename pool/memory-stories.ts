/** What a pool in memory keeps of what has happened: incidents, their evidence, and what that is compared with. */
import { type MemoryData, trimMap } from './memory-data.ts';
import { parseIncident } from './parse-notice.ts';
import { kept } from './redis/keys.ts';
import type { Incident, KeptBaseline, Likeness } from './store.ts';

/** Newest first. */
export const incidentsIn = ({ incidents }: MemoryData, most: number): readonly Incident[] =>
  [...incidents]
    .reverse()
    .slice(0, most)
    .map(([id, { head, entries }]) => parseIncident(id, head, entries))
    .filter((incident) => incident !== undefined);

export const incidentIn = ({ incidents }: MemoryData, id: string): Incident | undefined => {
  const found = incidents.get(id);
  return found === undefined ? undefined : parseIncident(id, found.head, found.entries);
};

export const keepEvidence = ({ evidence }: MemoryData, incident: string, json: string): void => {
  evidence.delete(incident);
  evidence.set(incident, json);
  trimMap(evidence, kept.evidence);
};

export const keepBaseline = ({ baselines }: MemoryData, baseline: KeptBaseline & Likeness): void => {
  const name = `${baseline.like}\n${baseline.node}`;
  baselines.delete(name);
  baselines.set(name, baseline);
  trimMap(baselines, kept.baselines);
};

export const baselineFor = (
  { baselines }: MemoryData,
  { like, node }: Pick<KeptBaseline, 'node'> & Likeness,
): KeptBaseline | undefined => {
  const alike = [...baselines.values()].filter((one) => one.like === like).reverse();
  const found = alike.find((one) => one.node !== node) ?? alike[0];
  return found === undefined ? undefined : { node: found.node, atMs: found.atMs, json: found.json };
};
