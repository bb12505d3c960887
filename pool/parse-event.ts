/*
 * Reads an entry of the event stream.
 *
 * INVARIANT: an entry that cannot be read still yields an event, one that follows on nothing, so that a follower takes
 * a new snapshot instead of missing a change or reading the same entry for ever.
 */
import type { PoolEvent } from './commit.ts';
import { readObject } from './json.ts';
import { parseCounter, parseLever } from './parse-parts.ts';
import { isGarbage, recordFrom } from './parse-record.ts';
import type { NodeRecord } from './record.ts';
import type { Lever } from './view.ts';

/** `what` of an event that could not be read. */
const unreadableEvent = 'unreadable';

/** Predecessor of an event that could not be read: no commit has this id. */
const noPredecessor = '!';

/** From a stream id and its fields, names and values in turn. */
export const parseEvent = (streamId: string, flat: readonly string[]): PoolEvent => {
  const version = Number(/^(\d{1,15})-\d+$/.exec(streamId)?.[1] ?? Number.MAX_SAFE_INTEGER);
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) fields.set(flat[at] ?? '', flat[at + 1] ?? '');
  return readEvent(version, fields) ?? unreadable(version);
};

const unreadable = (version: number): PoolEvent => ({
  version,
  commit: '',
  previous: noPredecessor,
  epoch: '',
  atMs: 0,
  what: unreadableEvent,
  nodes: {},
});

const readEvent = (version: number, fields: ReadonlyMap<string, string>): PoolEvent | undefined => {
  const [commit, previous, epoch, what] = ['commit', 'previous', 'epoch', 'what'].map((key) => fields.get(key));
  const atMs = parseCounter(fields.get('atMs'));
  const nodes = readNodes(fields.get('nodes') ?? '');
  const lever = readLever(fields.get('lever'));
  const policyVersion = parseCounter(fields.get('policyVersion'));
  if (commit === undefined || previous === undefined || epoch === undefined || what === undefined) return undefined;
  if (atMs.kind === 'unreadable' || policyVersion.kind === 'unreadable') return undefined;
  if (nodes === undefined || lever === 'unreadable') return undefined;
  return {
    ...{ version, commit, previous, epoch, what, nodes, atMs: atMs.value },
    ...(lever === undefined ? {} : { lever }),
    ...(fields.has('policyVersion') ? { policyVersion: policyVersion.value } : {}),
  };
};

const readNodes = (json: string): Readonly<Record<string, NodeRecord | null>> | undefined => {
  const object = readObject(json);
  if (object === undefined) return undefined;
  const nodes: [string, NodeRecord | null][] = [];
  for (const [id, value] of Object.entries(object)) {
    const record = value === null ? null : recordFrom('events', id, value);
    if (record !== null && isGarbage(record)) return undefined;
    nodes.push([id, record]);
  }
  return Object.fromEntries(nodes);
};

const readLever = (json: string | undefined): Lever | null | undefined | 'unreadable' => {
  if (json === undefined) return undefined;
  if (json === 'null') return null;
  const lever = parseLever(json);
  return lever.kind === 'read' ? lever.value : 'unreadable';
};
