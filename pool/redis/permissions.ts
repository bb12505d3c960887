/*
 * What each of our processes asks of Redis: the exact commands, each as it is sent, so that an access list can be made
 * and checked. infra/redis/users.acl grants these and nothing else; a test holds the two together, and another runs
 * every call of the production code under that file.
 */
import { type KeyName, keyTypes, type PoolKeys } from './keys.ts';

/** Who connects. `reader`: commands that only look; `operator`: a human's hand. */
export const poolRoles = ['agent', 'controller', 'proxy', 'reader', 'operator'] as const;
export type PoolRole = (typeof poolRoles)[number];

/** A command with arguments that Redis would accept; only whether we may is asked, it is never run. */
export type Sample = readonly [command: string, ...rest: string[]];

/**
 * Everything that this role needs, one sample for each command, beside `MULTI`, `EXEC` and `DISCARD`, which carry the
 * asking.
 */
export const samplesFor = (role: PoolRole, keys: PoolKeys): readonly Sample[] => {
  switch (role) {
    case 'agent':
      return [...greeting, ...looking(keys), ...committing(keys)];
    case 'controller':
      return [...greeting, ...looking(keys), ...committing(keys), ...delivering(keys), ...browsing(keys)];
    case 'proxy':
      return [...greeting, ...looking(keys), ...reporting(keys)];
    case 'reader':
      return [...greeting, ...looking(keys), ...browsing(keys)];
    case 'operator':
      return [...greeting, ...looking(keys), ...committing(keys), ...browsing(keys)];
  }
};

/** What the client library sends with every connection, and we for a lost one. */
const greeting: readonly Sample[] = [['CLIENT', 'SETNAME', 'doctor-monkey'], ['INFO'], ['SELECT', '0']];

/** The view and the event stream. */
const looking = (keys: PoolKeys): readonly Sample[] => [
  ['TIME'],
  ['GET', keys.epoch],
  ['HGETALL', keys.nodes],
  ['ZRANGE', keys.seen, '0', '-1', 'WITHSCORES'],
  ['LRANGE', keys.live, '0', '-1'],
  ['XREAD', 'COUNT', '1', 'STREAMS', keys.events, '0-0'],
];

/** Commits, beats, and whether a replica has them. */
const committing = (keys: PoolKeys): readonly Sample[] => [
  ['EVALSHA', anySha, String(names.length), ...names.map((name) => keys[name])],
  ['EVAL', 'return 0', String(names.length), ...names.map((name) => keys[name])],
  ['ROLE'],
  ['WAIT', '1', '1'],
  ['TYPE', keys.nodes],
  ['HGET', keys.nodes, 'node'],
  ['HSET', keys.nodes, 'node', ''],
  ['HDEL', keys.nodes, 'node'],
  ['SET', keys.version, '0'],
  ['DEL', keys.lever],
  ['ZADD', keys.commits, '0', 'commit'],
  ['ZREM', keys.seen, 'node'],
  ['ZSCORE', keys.commits, 'commit'],
  ['ZREMRANGEBYRANK', keys.commits, '0', '0'],
  ['LREM', keys.live, '0', ''],
  ['RPUSH', keys.live, ''],
  ['XADD', keys.events, '*', 'commit', ''],
  ['XLEN', keys.outbox],
  ['XRANGE', keys.outbox, '-', '+'],
  ['XDEL', keys.outbox, '1-0'],
];

/** The outbox and the threads of incidents; the rest is what commits need as well. */
const delivering = (keys: PoolKeys): readonly Sample[] => [['HSETNX', keys.threads, 'incident', '']];

/** A router writes about itself, and nothing else. */
const reporting = (keys: PoolKeys): readonly Sample[] => [
  ['EVALSHA', anySha, '1', keys.routers],
  ['EVAL', 'return 0', '1', keys.routers],
  ['HSET', keys.routers, 'router', ''],
  ['HDEL', keys.routers, 'router'],
];

/** Incidents and what waits in the outbox. */
const browsing = (keys: PoolKeys): readonly Sample[] => [
  ['EVALSHA_RO', anySha, '2', keys.incidents, keys.incidentEntries],
  ['EVAL_RO', 'return 0', '2', keys.incidents, keys.incidentEntries],
  ['ZREVRANGE', keys.incidents, '0', '0'],
  ['HGET', keys.incidentEntries, 'h|incident'],
  ['HMGET', keys.outboxCounts, 'written'],
  ['HMGET', keys.vitals, 'node'],
  ['XLEN', keys.outbox],
];

const anySha = '0'.repeat(40);
const names = Object.keys(keyTypes) as readonly KeyName[];
