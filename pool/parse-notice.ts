/*
 * Reads the outbox and the incidents.
 *
 * INVARIANT: a notice that cannot be read becomes one that says so; the queue never stops at it, and nothing that was
 * to be told is dropped in silence: what the outbox's bound takes out is counted, and the controller tells how many.
 */
import type { IncidentEntry } from './commit.ts';
import { isObject, readObject } from './json.ts';
import type { Notice, WaitingNotice } from './notice.ts';
import { amount, faultIn, type Kind, name, text } from './shape.ts';
import type { Incident } from './store.ts';

const noticeRequired: Readonly<Record<string, Kind>> = {
  id: name,
  kind: name,
  text,
  urgency: {
    called: 'info, warning or page',
    is: (value) => value === 'info' || value === 'warning' || value === 'page',
  },
};
const anObject: Kind = { called: 'an object', is: isObject };
const noticeOptional: Readonly<Record<string, Kind>> = { incident: name, node: text, detail: anObject };

/** A waiting notice from its place in the outbox, its fields (names and values in turn), and the letters begun. */
export const parseWaiting = (
  entry: string,
  flat: readonly string[],
  letters: Readonly<Record<string, string>> = {},
): WaitingNotice => {
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) fields.set(flat[at] ?? '', flat[at + 1] ?? '');
  const letter = Object.hasOwn(letters, entry) ? letters[entry] : undefined;
  return {
    entry,
    writtenMs: Number(entry.split('-')[0]),
    notice: parseNotice(entry, fields.get('notice') ?? ''),
    ...(letter === undefined ? {} : { letter }),
  };
};

const parseNotice = (entry: string, json: string): Notice => {
  const object = readObject(json);
  if (object === undefined) return garbled(entry, 'not a JSON object');
  const fits = (value: object): value is Notice => faultIn({ ...value }, noticeRequired, noticeOptional) === undefined;
  return fits(object) ? object : garbled(entry, faultIn(object, noticeRequired, noticeOptional) ?? 'not a notice');
};

const garbled = (entry: string, because: string): Notice => ({
  id: `garbled-${entry}`,
  kind: 'garbled',
  text: `A notice in the outbox cannot be read: ${because}.`,
  urgency: 'warning',
});

const entryRequired: Readonly<Record<string, Kind>> = { atMs: amount, step: text, because: text };
const outcomes = ['healed', 'busy', 'returned', 'quarantined', 'held', 'left', 'lost'];
const entryOptional: Readonly<Record<string, Kind>> = {
  detail: anObject,
  outcome: { called: 'an outcome', is: (value) => outcomes.includes(String(value)) },
};
type Entry = Incident['entries'][number];

/** An incident from its head and its entries as they stand in Redis; what cannot be read is left out. */
export const parseIncident = (id: string, head: string, entries: readonly string[]): Incident | undefined => {
  const object = readObject(head);
  if (object === undefined) return undefined;
  const { node, openedMs } = object;
  if (typeof node !== 'string' || typeof openedMs !== 'number') return undefined;
  const readable = entries.map(parseEntry).filter((entry) => entry !== undefined);
  const outcome = readable.findLast((entry) => entry.outcome !== undefined)?.outcome;
  return { id, node, openedMs, entries: readable, ...(outcome === undefined ? {} : { outcome }) };
};

const parseEntry = (json: string): Entry | undefined => {
  const object = readObject(json);
  const fits = (value: object): value is Entry & IncidentEntry =>
    faultIn({ ...value }, entryRequired, entryOptional) === undefined;
  return object !== undefined && fits(object) ? object : undefined;
};
