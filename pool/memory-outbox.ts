/** How delivered notices leave a pool in memory. */
import { type MemoryData, trimMap } from './memory-data.ts';
import { kept } from './redis/keys.ts';
import type { PageFate } from './store.ts';

export const takeOut = (data: MemoryData, entries: ReadonlySet<string>): void => {
  const before = data.outbox.length;
  const stay = data.outbox.filter(({ entry }) => !entries.has(entry));
  data.outbox.splice(0, before, ...stay);
  data.delivered += before - stay.length;
  for (const entry of entries) data.attempts.delete(entry);
};

export const takePageOut = (data: MemoryData, entry: string, fate: PageFate, nowMs: number): void => {
  const at = data.pages.findIndex((waiting) => waiting.entry === entry);
  if (at >= 0) data.pages.splice(at, 1);
  if (at >= 0 && fate.kind !== 'unneeded') data.pagesDelivered += 1;
  if (fate.kind === 'ended') data.alarms.delete(fate.incident);
  if (fate.kind !== 'raised' || fate.incident === undefined) return;
  data.alarms.set(fate.incident, nowMs);
  trimMap(data.alarms, kept.alarms);
};
