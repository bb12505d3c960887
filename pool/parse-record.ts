/*
 * Reads a node record as it stands in Redis.
 *
 * INVARIANTS
 * - Nothing that stands in Redis makes this throw.
 * - A record with a state or a remedy that this version does not know is read, and those are kept as they are: whatever counts
 *   nodes and reboots counts it too.
 * - A record of a newer schema is garbage: it is out of rotation, not acted on, and not overwritten.
 * - Fields that this version does not know are kept, so that they survive a commit of ours.
 * - What a node was found doing is evidence, and nothing is decided without it: where it has another shape it is left out,
 *   and the node goes on being treated.
 */
import { isObject, type JsonObject, readObject } from './json.ts';
import type { NodeRecord, Token } from './record.ts';
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
  rebootWaits: { called: 'what a reboot waits for', is: (value) => isRebootWaits(value) },
  finding: name,
  remedy: text,
  remedies: { called: 'a list of remedies', is: (value) => Array.isArray(value) && value.every(isRemedyBegun) },
  readmittedMs: amount,
  busy: count,
  wants: { called: 'a remedy', is: name.is },
  orderedBy: name,
  quarantinedFor: text,
  forced: { called: 'a list of guards', is: (value) => Array.isArray(value) && value.every(name.is) },
  call: { called: 'stop or start', is: (value) => value === 'stop' || value === 'start' },
  heldBy: text,
  holdBecause: text,
  servingSinceMs: amount,
};

const isRemedyBegun = (value: unknown): boolean =>
  isObject(value) && name.is(value['remedy']) && name.is(value['finding']) && amount.is(value['atMs']);

const isRebootWaits = (value: unknown): boolean =>
  isObject(value) && name.is(value['drain']) && text.is(value['because']) && amount.is(value['untilMs']);

const isFoundDoing = (value: unknown): boolean =>
  isObject(value) &&
  name.is(value['print']) &&
  text.is(value['frame']) &&
  amount.is(value['atMs']) &&
  (value['incident'] === undefined || name.is(value['incident']));

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
  if (isRecord(object) && object.id === id) return withReadableDoing(object);
  const { schema } = object;
  const newer = isCount(schema) && schema > knownSchema;
  const because = newer
    ? `schema ${schema} is newer than this version`
    : (faultIn(object, required, optional) ?? 'id is not the one that it is kept under');
  const token = tokenIn(object);
  return {
    ...{ kind: 'garbage', key, field: id, because },
    ...(token === undefined ? {} : { token }),
    ...(newer ? { newer: true } : {}),
  };
};

const withReadableDoing = (record: NodeRecord): NodeRecord => {
  if (record.fingerprint === undefined || isFoundDoing(record.fingerprint)) return record;
  const { fingerprint: _unreadable, ...readable } = record;
  return readable;
};

const fits = fitter(required, optional);
const isRecord = (object: JsonObject): object is JsonObject & NodeRecord => fits(object);

/** The token that the commit script sees in a record, however broken the rest of it is. */
const tokenIn = ({ version, commit }: JsonObject): Token | undefined =>
  isCount(version) && typeof commit === 'string' ? `${version}:${commit}` : undefined;
