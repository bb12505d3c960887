/*
 * Makes a view of what was read from Redis in one transaction.
 *
 * INVARIANTS
 * - Nothing that stands in Redis makes this throw; what cannot be read is named in `garbage`.
 * - What is unknown stops treatments rather than allowing them: a lever that cannot be read is a pulled one.
 * - A lever or a lease that has run out by Redis TIME is not there.
 */

import { lazyBeats } from './lazy-beats.ts';
import { lazyNodes } from './lazy-nodes.ts';
import { parseCounter, parseLease, parseLever, parsePolicy, type Read } from './parse-parts.ts';
import { isGarbage } from './parse-record.ts';
import { type Parsers, plainParsers } from './parsers.ts';
import type { NodeRecord } from './record.ts';
import type { KeyName, PoolKeys } from './redis/keys.ts';
import type { ReadNamed } from './remembered.ts';
import { timesIn } from './times-in.ts';
import { cut, isUncut, type Uncut } from './uncut.ts';
import type { Garbage, Lease, Lever, PoolView } from './view.ts';

/** A key that could not be read at all, such as a list where a hash should be. */
export interface WrongType {
  readonly kind: 'wrong-type';
  readonly because: string;
}
export type Hash = Readonly<Record<string, string>>;
/** A hash that may be large: name and value, in turn. */
export type Pairs = readonly string[];
/** The same, or as it came, for who reads a pool but once. */
export type ManyPairs = Pairs | Uncut;

/** What Redis said, key by key; `undefined` for a key that is not there. */
export interface RawView {
  readonly nowMs: number;
  /** Monotonic, right before Redis was asked. */
  readonly readAtMs: number;
  readonly epoch: string | undefined | WrongType;
  readonly version: string | undefined | WrongType;
  readonly head: string | undefined | WrongType;
  readonly admissionVersion: string | undefined | WrongType;
  readonly nodes: ManyPairs | WrongType;
  /** Member and score, in turn. */
  readonly seen: readonly (string | number)[] | Uncut | WrongType;
  readonly pulses: ManyPairs | WrongType;
  readonly routers: Pairs | WrongType;
  readonly lever: string | undefined | WrongType;
  readonly leader: string | undefined | WrongType;
  readonly policy: Hash | WrongType;
  readonly live: readonly string[] | WrongType;
}

export const parseView = (raw: RawView, keys: PoolKeys, parsers: Parsers = plainParsers(keys)): PoolView => {
  const garbage: Garbage[] = [];
  const complain: Complain = (key, because, field) => {
    garbage.push({ kind: 'garbage', key: keys[key], because, ...(field === undefined ? {} : { field }) });
  };
  const plain = <T>(key: KeyName, value: T | WrongType, otherwise: T): T => {
    if (!isWrongType(value)) return value;
    complain(key, value.because);
    return otherwise;
  };
  const counter = (key: KeyName, value: string | undefined | WrongType): number =>
    take(parseCounter(plain(key, value, undefined)), (because) => complain(key, because)) ?? 0;
  const mapOf = <T>(key: KeyName, value: Pairs | WrongType, parse: ReadNamed<Read<T>>) =>
    readAll(plain(key, value, []), parse, (because, field) => complain(key, because, field));
  if (nodesAreMissing(raw)) complain('nodes', 'it is missing, although nodes are known elsewhere in the pool');
  return {
    ...{ nowMs: raw.nowMs, readAtMs: raw.readAtMs },
    epoch: plain('epoch', raw.epoch, undefined),
    version: counter('version', raw.version),
    head: plain('head', raw.head, undefined) ?? '',
    admissionVersion: counter('admissionVersion', raw.admissionVersion),
    nodes: readNodes(plain('nodes', raw.nodes, []), parsers, garbage),
    seen: readSeen(plain('seen', raw.seen, []), (because, field) => complain('seen', because, field)),
    beats: readBeats(plain('pulses', raw.pulses, []), parsers, (because, field) => complain('pulses', because, field)),
    routers: mapOf('routers', raw.routers, parsers.router),
    lever: readLever(raw.lever, raw.nowMs, (because) => complain('lever', because)),
    leader: readLease(plain('leader', raw.leader, undefined), raw.nowMs, (because) => complain('leader', because)),
    policy: readPolicy(keys.policy, plain('policy', raw.policy, {}), parsers, garbage),
    live: plain('live', raw.live, []),
    garbage,
  };
};

/** A record leaves together with its beats and its place on the live list: these alone are left where the key was lost. */
const nodesAreMissing = ({ nodes, seen, live, version }: RawView): boolean =>
  version !== undefined && isEmpty(nodes) && !(isEmpty(live) && isEmpty(seen));

const isEmpty = (value: readonly unknown[] | Uncut | WrongType): boolean =>
  !isWrongType(value) && (isUncut(value) ? value.count : value.length) === 0;

type Complain = (key: KeyName, because: string, field?: string) => void;
type ComplainOf = (because: string, field: string) => void;

const isWrongType = (value: unknown): value is WrongType =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'wrong-type';

const take = <T>(result: Read<T>, complain: (because: string) => void): T | undefined => {
  if (result.kind === 'read') return result.value;
  complain(result.because);
  return undefined;
};

const readNodes = (from: ManyPairs, { record: parse }: Parsers, garbage: Garbage[]): PoolView['nodes'] => {
  const lazy = isUncut(from) ? lazyNodes(from, parse, garbage) : undefined;
  if (lazy !== undefined) return lazy;
  const pairs = isUncut(from) ? cut(from) : from;
  const nodes = new Map<string, NodeRecord>();
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const id = pairs[at] ?? '';
    const record = parse(id, pairs[at + 1] ?? '');
    if (isGarbage(record)) garbage.push(record);
    else nodes.set(id, record);
  }
  return nodes;
};

const readBeats = (pairs: ManyPairs, { pulse }: Parsers, complain: ComplainOf): PoolView['beats'] =>
  isUncut(pairs)
    ? (lazyBeats(pairs, pulse, complain) ?? readAll(cut(pairs), pulse, complain))
    : readAll(pairs, pulse, complain);

const readAll = <T>(pairs: Pairs, parse: ReadNamed<Read<T>>, complain: ComplainOf): ReadonlyMap<string, T> => {
  const all = new Map<string, T>();
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const field = pairs[at] ?? '';
    const read = parse(field, pairs[at + 1] ?? '');
    if (read.kind === 'read') all.set(field, read.value);
    else complain(read.because, field);
  }
  return all;
};

const readSeen = (from: readonly (string | number)[] | Uncut, complain: ComplainOf): ReadonlyMap<string, number> => {
  const seen = new Map<string, number>();
  const pairs = isUncut(from) ? (timesIn(from) ?? cut(from)) : from;
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const node = String(pairs[at] ?? '');
    const atMs = Number(pairs[at + 1]);
    if (Number.isFinite(atMs)) seen.set(node, atMs);
    else complain('not a time', node);
  }
  return seen;
};

/** The lever that stands. One that cannot be read counts as pulled: doubt means hands off. */
export const readLever = (
  raw: string | undefined | WrongType,
  nowMs: number,
  complain: (because: string) => void,
): Lever | undefined => {
  if (raw === undefined) return undefined;
  const lever = isWrongType(raw) ? { kind: 'unreadable' as const, because: raw.because } : parseLever(raw);
  if (lever.kind === 'unreadable') {
    complain(lever.because);
    return { because: `the lever cannot be read: ${lever.because}`, by: 'nobody knows', sinceMs: nowMs };
  }
  const pulled: Lever = lever.value;
  return pulled.untilMs !== undefined && pulled.untilMs <= nowMs ? undefined : pulled;
};

const readLease = (raw: string | undefined, nowMs: number, complain: (because: string) => void): Lease | undefined => {
  const lease = raw === undefined ? undefined : take(parseLease(raw), complain);
  return lease === undefined || lease.untilMs <= nowMs ? undefined : lease;
};

const readPolicy = (key: string, hash: Hash, { policySource }: Parsers, garbage: Garbage[]): PoolView['policy'] => {
  if (Object.keys(hash).length === 0) return undefined;
  const parsed = parsePolicy(hash, (json) => policySource('source', json));
  return take(parsed, (because) => {
    const version = parseCounter(hash['version']);
    const read = version.kind === 'read' ? { policyVersion: version.value } : {};
    garbage.push({ kind: 'garbage', key, because, ...read });
  });
};
