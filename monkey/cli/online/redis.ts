import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { openRedis } from '../../../pool/redis/connect.ts';
import { denialOf } from '../../../pool/redis/denial.ts';
import { poolKeys } from '../../../pool/redis/keys.ts';
import type { PoolRole } from '../../../pool/redis/permissions.ts';
import type { PoolAccess } from '../../config/config.ts';
import { redisAddress } from '../open-pool.ts';
import { redisPlace } from '../redis-place.ts';
import { finding, type OnlineCheck, type OnlineFinding } from './finding.ts';
import { checkRights } from './rights.ts';

/** Does Redis let us in, does it let this role do all that it must, and what does it lose when it dies? */
export const checkRedis =
  ({ name, redis: access }: PoolAccess, role: PoolRole): OnlineCheck =>
  async ({ deadlineMs, signal }) => {
    const keys = poolKeys(name);
    const redis = openRedis(redisAddress(access), 'config-check', deadlineMs, keys.epoch);
    let last = 'no answer';
    redis.on('error', ({ message, code }: NodeJS.ErrnoException) => {
      last = message === '' ? (code ?? last) : message;
    });
    const deadline = AbortSignal.timeout(deadlineMs);
    const both = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
    try {
      await ready(redis, both);
      const rights = await checkRights(redis, role, keys);
      const facts = await factsOf(redis);
      return [
        finding('redis', 'ok', `${redisPlace(access)} answers, version ${facts.version}`),
        rights,
        persistence(facts),
        ...(access.sentinels === undefined ? [] : [deposed(facts)]),
        eviction(facts),
      ];
    } catch (error) {
      const because = both.aborted || !(error instanceof Error) ? last : error.message;
      return [finding('redis', 'bad', `${redisPlace(access)}: ${denialOf(because, access.username) ?? because}`)];
    } finally {
      redis.disconnect();
    }
  };

/** A refused password ends the first try to connect, and no other would fare better. */
const ready = async (redis: Redis, signal: AbortSignal): Promise<void> => {
  if (redis.status === 'ready') return;
  await once(redis, 'ready', { signal });
};

interface Facts {
  readonly version: string;
  readonly replicas: number;
  /** It takes writes only while a replica follows it. */
  readonly needsReplica: boolean;
  readonly appendOnly: boolean;
  /** Undefined where we may not ask (CONFIG is not allowed). */
  readonly appendFsync: string | undefined;
  readonly maxMemoryPolicy: string;
  readonly maxMemory: number;
}

const factsOf = async (redis: Redis): Promise<Facts> => {
  // A user who may not ask is told so among the rights; what is not known reads as a risk.
  const info = await redis.info().catch(() => '');
  const field = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
  const asked: unknown = await redis.config('GET', 'appendfsync').catch(() => undefined);
  const appendFsync: unknown = Array.isArray(asked) ? asked[1] : undefined;
  return {
    version: field('valkey_version') || field('redis_version'),
    replicas: Number(field('connected_slaves')),
    // Says how many follow closely; Redis tells it only where min-replicas-to-write asks for some.
    needsReplica: field('min_slaves_good_slaves') !== '',
    appendOnly: field('aof_enabled') === '1',
    appendFsync: typeof appendFsync === 'string' ? appendFsync : undefined,
    maxMemoryPolicy: field('maxmemory_policy'),
    maxMemory: Number(field('maxmemory')),
  };
};

const atRisk = 'admissions, holds and the lever could be forgotten';

const persistence = ({ replicas, appendOnly, appendFsync }: Facts): OnlineFinding => {
  const name = 'redis-persistence';
  if (replicas > 0)
    return finding(name, 'ok', `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}: what matters waits for one`);
  if (appendOnly && appendFsync === 'always') return finding(name, 'ok', 'appendonly yes, appendfsync always');
  const advice = 'set appendonly yes and appendfsync always, or add a replica';
  if (!appendOnly)
    return finding(name, 'risk', `no replica and no append-only file: if Redis dies, ${atRisk}; ${advice}`);
  if (appendFsync === undefined)
    return finding(
      name,
      'risk',
      `no replica, and CONFIG GET appendfsync is not allowed: make sure that it is always, or ${atRisk}`,
    );
  return finding(
    name,
    'risk',
    `no replica, and appendfsync is ${appendFsync}: if its machine dies, ${atRisk} of the last second; ${advice}`,
  );
};

/** The gap of a failover: a master without replicas takes that for "there is none to wait for". */
const deposed = ({ needsReplica }: Facts): OnlineFinding =>
  needsReplica
    ? finding('redis-failover', 'ok', 'a master takes writes only while a replica follows it')
    : finding(
        'redis-failover',
        'risk',
        `min-replicas-to-write is not known to be set: what a master accepts while it is deposed is lost, and ${atRisk}; set it to 1 on master and replicas`,
      );

const eviction = ({ maxMemory, maxMemoryPolicy }: Facts): OnlineFinding =>
  maxMemory === 0 || maxMemoryPolicy === 'noeviction'
    ? finding('redis-eviction', 'ok', 'nothing is evicted')
    : finding(
        'redis-eviction',
        'bad',
        `maxmemory-policy is ${maxMemoryPolicy}: Redis may drop the pool's keys; set noeviction`,
      );
