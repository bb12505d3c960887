/** How notices are tried and leave a pool in memory, for whoever leads. */
import { type MemoryData, trimMap } from './memory-data.ts';
import { kept } from './redis/keys.ts';
import type { PageFate, Thread } from './store.ts';

export const noteAttempt = (data: MemoryData, entries: readonly string[], letter: string): 'ok' | 'gone' => {
  const waiting = new Set(data.outbox.map(({ entry }) => entry));
  if (!entries.every((entry) => waiting.has(entry))) return 'gone';
  for (const entry of entries) data.attempts.set(entry, letter);
  return 'ok';
};

export const noteDelivered = (data: MemoryData, entries: readonly string[], thread: Thread | undefined): 'ok' => {
  takeOut(data, new Set(entries));
  if (thread !== undefined && !data.threads.has(thread.incident)) data.threads.set(thread.incident, thread.ts);
  trimMap(data.threads, kept.threads);
  return 'ok';
};

const takeOut = (data: MemoryData, entries: ReadonlySet<string>): void => {
  const before = data.outbox.length;
  const stay = data.outbox.filter(({ entry }) => !entries.has(entry));
  data.outbox.splice(0, before, ...stay);
  data.delivered += before - stay.length;
  for (const entry of entries) data.attempts.delete(entry);
};

export const takePageOut = (data: MemoryData, entry: string, fate: PageFate, nowMs: number): 'ok' => {
  const at = data.pages.findIndex((waiting) => waiting.entry === entry);
  if (at >= 0) data.pages.splice(at, 1);
  if (at >= 0 && fate.kind !== 'unneeded') data.pagesDelivered += 1;
  if (fate.kind === 'ended') data.alarms.delete(fate.incident);
  if (fate.kind !== 'raised' || fate.incident === undefined) return 'ok';
  data.alarms.set(fate.incident, nowMs);
  trimMap(data.alarms, kept.alarms);
  return 'ok';
};
