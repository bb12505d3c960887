/*
 * Reads a node record as it stands in Redis.
 *
 * INVARIANTS
 * - Nothing that stands in Redis makes this throw.
 * - A record with a state that this version does not know is read, and its state kept as it is.
 * - A record of a newer schema, or with a remedy that this version does not know, is garbage: it is out of rotation, not acted
 *   on, and not overwritten.
 * - Fields that this version does not know are kept, so that they survive a commit of ours.
 */
import { isObject, type JsonObject, readObject } from './json.ts';
import { type NodeRecord, remedies, type Token } from './record.ts';
import { amount, count, faultIn, fitter, isCount, type Kind, name, share, text } from './shape.ts';
import type { Garbage } from './view.ts';

const knownSchema = 1;

const required: Readonly<Record<string, Kind>> = {
  schema: { called: `schema ${knownSchema}`, is: (value) => value === knownSchema },
  id: name,
  url: name,
  service: text,
  state: name,
  sinceMs: amount,
  version: count,
  commit: name,
  bootId: text,
  session: text,
  weight: share,
  relapses: count,
  treatmentTimes: { called: 'a list of times', is: (value) => Array.isArray(value) && value.every(amount.is) },
  because: text,
};

const optional: Readonly<Record<string, Kind>> = {
  owner: {
    called: 'an agent or a controller',
    is: (value) => typeof value === 'string' && /^(agent|controller):./.test(value),
  },
  stepDeadlineMs: amount,
  incident: name,
  drain: name,
  purpose: {
    called: 'treat, hold or leave',
    is: (value) => value === 'treat' || value === 'hold' || value === 'leave',
  },
  drained: name,
  restarting: name,
  finding: name,
  remedy: text,
  remedies: { called: 'a list of remedies', is: (value) => Array.isArray(value) && value.every(isRemedyBegun) },
  fingerprint: { called: 'what a node was found doing', is: (value) => isFoundDoing(value) },
  readmittedMs: amount,
  busy: count,
  wants: { called: 'a remedy', is: (value) => isRemedy(value) },
  orderedBy: name,
  quarantinedFor: text,
  forced: { called: 'a list of guards', is: (value) => Array.isArray(value) && value.every(name.is) },
  call: { called: 'stop or start', is: (value) => value === 'stop' || value === 'start' },
  heldBy: text,
  holdBecause: text,
  servingSinceMs: amount,
};

const isRemedy = (value: unknown): boolean => remedies.some((remedy) => remedy === value);

const isRemedyBegun = (value: unknown): boolean =>
  isObject(value) && isRemedy(value['remedy']) && name.is(value['finding']) && amount.is(value['atMs']);

const isFoundDoing = (value: unknown): boolean =>
  isObject(value) && name.is(value['print']) && text.is(value['frame']) && amount.is(value['atMs']);

/** The record of node `id` from its JSON; `key` is the Redis key that it stands in, for the complaint. */
export const parseRecord = (key: string, id: string, json: string): NodeRecord | Garbage => {
  const object = readObject(json);
  return object === undefined
    ? { kind: 'garbage', key, field: id, because: 'not a JSON object' }
    : record(key, id, object);
};

/** The same from JSON that has been parsed, as it is found inside of an event. */
export const recordFrom = (key: string, id: string, value: unknown): NodeRecord | Garbage =>
  isObject(value) ? record(key, id, value) : { kind: 'garbage', key, field: id, because: 'not a JSON object' };

export const isGarbage = (read: object): read is Garbage => (read as { kind?: unknown }).kind === 'garbage';

const record = (key: string, id: string, object: JsonObject): NodeRecord | Garbage => {
  if (isRecord(object) && object.id === id) return object;
  const newer = newerThanThis(object);
  const because = newer ?? faultIn(object, required, optional) ?? 'id is not the one that it is kept under';
  const token = tokenIn(object);
  return {
    ...{ kind: 'garbage', key, field: id, because },
    ...(token === undefined ? {} : { token }),
    ...(newer === undefined ? {} : { newer: true }),
  };
};

/** What a later version has put into it, in words; undefined: what is wrong with it is none of that. */
const newerThanThis = (object: JsonObject): string | undefined => {
  const { schema, remedies: begun, wants } = object;
  if (isCount(schema) && schema > knownSchema) return `schema ${schema} is newer than this version`;
  const all: readonly unknown[] = Array.isArray(begun) ? begun : [];
  const named = [...all.map((one) => (isObject(one) ? one['remedy'] : undefined)), wants];
  const later = named.find((remedy) => name.is(remedy) && !isRemedy(remedy));
  // Were it one that we know: would nothing else be wrong?
  const known = { ...object, ...(begun === undefined ? {} : { remedies: all.map(withKnown) }) };
  return later !== undefined && isRecord(wants === undefined ? known : { ...known, wants: remedies[0] })
    ? `remedy ${JSON.stringify(later)} is not one of this version`
    : undefined;
};

const withKnown = (begun: unknown): unknown => (isObject(begun) ? { ...begun, remedy: remedies[0] } : begun);

const fits = fitter(required, optional);
const isRecord = (object: JsonObject): object is JsonObject & NodeRecord => fits(object);

/** The token that the commit script sees in a record, however broken the rest of it is. */
const tokenIn = ({ version, commit }: JsonObject): Token | undefined =>
  isCount(version) && typeof commit === 'string' ? `${version}:${commit}` : undefined;
