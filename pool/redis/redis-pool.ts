/*
 * The pool in Redis.
 *
 * INVARIANTS
 * - No call waits longer than its deadline; what Redis does not answer in time is PoolAway, or what a commit says.
 * - Views that are asked for at once share a reading that began after each was asked for; they are the same object.
 * - Commits, blocking reads and all other calls have connections of their own: none waits for another kind.
 * - Nothing that stands in Redis makes a call throw anything but PoolAway.
 */
import type { Redis } from 'ioredis';
import { type Clock, systemClock } from '../clock.ts';
import { garbageLog } from '../garbage-log.ts';
import { toJson } from '../json.ts';
import { type Log, silentLog } from '../log.ts';
import { parseBeats } from '../parse-beats.ts';
import { parseCounter, parseLease, parsePolicySource } from '../parse-parts.ts';
import { isGarbage, parseRecord } from '../parse-record.ts';
import { parseView, type RawView, readLever } from '../parse-view.ts';
import { plainParsers, rememberedFromViewToView } from '../parsers.ts';
import { profileKept, standingOrder } from '../profile-order.ts';
import { pulseOf } from '../pulse.ts';
import type { BeatAnswer, Limits, PoolStore } from '../store.ts';
import { PoolAway } from '../store.ts';
import type { Garbage, Lease, PoolView } from '../view.ts';
import { applyCommit } from './committer.ts';
import type { RedisAddress } from './connect.ts';
import { type Connection, insist } from './connection.ts';
import { under } from './deadline.ts';
import { type PoolKeys, poolKeys, profileKey } from './keys.ts';
import { type Lines, openLines } from './lines.ts';
import { readCounts, readIncidents, readOutbox, readPages } from './outbox-calls.ts';
import { readBeats, readRawView } from './read-view.ts';
import { textsOf } from './replies.ts';
import { type Script, scriptRunner } from './script.ts';
import * as scripts from './scripts.ts';
import { sharedReading } from './shared-reading.ts';
import { readWireView } from './wire-view.ts';

export type RedisPoolOptions = RedisAddress & {
  /** The pool's name, e.g. `web`; it stands in every key. */
  readonly name: string;
  /** How long a durable commit waits for a replica; 1 s unless told. */
  readonly replicaWaitMs?: number;
  /** Views are read but once or twice, by a process that has just begun, see wire-view.ts. */
  readonly once?: boolean;
  readonly log?: Log;
  readonly clock?: Clock;
};

/**
 * The pool of this name. Returns at once; connections are made in the background and for ever, and calls wait for them
 * within their deadlines. Throws only for a name or a URL that can be none.
 */
export const connectRedisPool = (options: RedisPoolOptions): PoolStore => {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? silentLog;
  const keys = poolKeys(options.name);
  const lines = openLines(options, options.name, keys, log, clock, options.once);
  const { calls } = lines;
  const runner = scriptRunner(keys);
  const ask = <T>(work: (redis: Redis) => Promise<T>, limits: Limits): Promise<T> => insist(calls, work, limits, clock);
  const run = (script: Script, args: readonly (string | number)[], limits: Limits): Promise<unknown> =>
    ask((redis) => runner.run(redis, script, args), limits);
  const parts = { calls, scripts: runner, clock, replicaWaitMs: options.replicaWaitMs ?? 1_000 };
  const nameGarbage = garbageLog(options.name, log);
  const readView = viewReading(options, lines, keys, clock, nameGarbage);
  return {
    name: options.name,
    view: sharedReading(readView, clock),
    commit: async (commit, limits) =>
      lines.isClosed()
        ? { kind: 'conflict', because: 'not sent: the connection is closed' }
        : applyCommit({ ...parts, commits: lines.commits() }, commit, limits),
    events: (afterVersion, blockMs, limits) => lines.events.read(afterVersion, blockMs, limits),
    beats: async (nodes, limits) =>
      parseBeats(await ask((redis) => readBeats(redis, keys, nodes), limits), keys.vitals),
    ...liveliness(run, keys, nameGarbage),
    ...deliveries(run, ask, keys),
    ...keeping(run, ask, keys),
    ...profiles(run, ask, keys),
    close: async () => lines.close(),
  };
};

/** Reads all of the pool, off the wire where that was asked for and can be. */
const viewReading = (
  { once }: RedisPoolOptions,
  lines: Lines,
  keys: PoolKeys,
  clock: Clock,
  nameGarbage: (garbage: readonly Garbage[]) => void,
) => {
  const nextParsers = once === true ? () => plainParsers(keys) : rememberedFromViewToView(keys);
  const read = async (redis: Redis, limits: Limits): Promise<RawView> => {
    // Events go by the line of the calls, so it must stand before what they go on from is read.
    lines.noteView();
    const half = { ...limits, deadlineMs: limits.deadlineMs / 2 };
    const raw = lines.views === undefined ? undefined : await offTheWire(lines.views, keys, half, clock);
    if (raw !== undefined) return raw;
    lines.noteView();
    return readRawView(redis, keys, clock);
  };
  return async (limits: Limits): Promise<PoolView> => {
    const raw = await under(limits, clock, (deadline) =>
      insist(lines.calls, (redis) => read(redis, { ...limits, deadlineMs: deadline.leftMs() }), limits, clock),
    );
    const view = parseView(raw, keys, nextParsers());
    nameGarbage(view.garbage);
    return view;
  };
};

/** Undefined: it could not be, as where Redis lets nobody else connect; the plain reading needs no more than it has. */
const offTheWire = ({ call }: Connection, keys: PoolKeys, limits: Limits, clock: Clock): Promise<RawView | undefined> =>
  under(limits, clock, async (deadline) => {
    const work = (redis: Redis) =>
      readWireView(redis, keys, clock, { ...limits, deadlineMs: deadline.leftMs() }, readOnePolicy);
    const sent = await call(work, limits);
    return sent.kind === 'answer' ? sent.value : undefined;
  });

/** The first policy that a process reads costs it 15 ms, and every other next to nothing: its schema is compiled then. */
const readOnePolicy = (): void => void parsePolicySource('{}');

type Run = (script: Script, args: readonly (string | number)[], limits: Limits) => Promise<unknown>;
type Ask = <T>(work: (redis: Redis) => Promise<T>, limits: Limits) => Promise<T>;

/** Beats, routers and the lease. */
const liveliness = (run: Run, keys: PoolKeys, nameGarbage: (garbage: readonly Garbage[]) => void) =>
  ({
    beat: async (beat, limits) =>
      readBeat(
        await run(scripts.beatScript, [beat.node, toJson(beat), pulseOf(beat)], limits),
        beat.node,
        keys,
        nameGarbage,
      ),
    reportRouter: async (report, limits) => {
      await run(scripts.reportScript, [report.id, toJson(report)], limits);
    },
    forgetRouter: async (router, limits) => {
      await run(scripts.forgetScript, [router], limits);
    },
    lease: async ({ token, forMs, ...said }, limits) => {
      const args = [token, Math.round(forMs), toJson({ ...said, token })];
      return readLease(await run(scripts.leaseScript, args, limits));
    },
    releaseLease: async (token, limits) => {
      await run(scripts.releaseScript, [token], limits);
    },
  }) satisfies Partial<PoolStore>;

/** Outbox, threads and incidents. */
const deliveries = (run: Run, ask: Ask, keys: PoolKeys) =>
  ({
    outbox: (most, limits) => ask((redis) => readOutbox(redis, keys, most), limits),
    attempt: async (entries, letter, token, limits) => {
      const answer = await run(scripts.attemptScript, [token, letter, ...entries], limits);
      return answer === 'gone' ? 'gone' : okOr(answer);
    },
    delivered: async (entries, thread, token, limits) => {
      const begun = thread === undefined ? ['', ''] : [thread.incident, thread.ts];
      return okOr(await run(scripts.deliveredScript, [token, ...begun, ...entries], limits));
    },
    pages: (most, limits) => ask((redis) => readPages(redis, keys, most), limits),
    paged: async (entry, fate, token, limits) => {
      const incident = fate.kind === 'unneeded' ? undefined : fate.incident;
      return okOr(await run(scripts.pagedScript, [token, entry, fate.kind, incident ?? ''], limits));
    },
    alarmed: async (incident, limits) => (await ask((redis) => redis.zscore(keys.alarms, incident), limits)) !== null,
    thread: async (incident, limits) => (await ask((redis) => redis.hget(keys.threads, incident), limits)) ?? undefined,
    outboxCounts: (limits) => ask((redis) => readCounts(redis, keys), limits),
    incidents: async (most, limits) => readIncidents(await run(scripts.incidentsScript, [most], limits)),
    incident: async (id, limits) => readIncidents(await run(scripts.incidentsScript, [1, id], limits))[0],
  }) satisfies Partial<PoolStore>;

/** Evidence, and what it is compared with. */
const keeping = (run: Run, ask: Ask, keys: PoolKeys) =>
  ({
    keepEvidence: async (incident, json, limits) => {
      await run(scripts.keepEvidenceScript, [incident, json], limits);
    },
    evidence: async (incident, limits) =>
      (await ask((redis) => redis.hget(keys.evidence, incident), limits)) ?? undefined,
    keepBaseline: async ({ like, node, json }, limits) => {
      await run(scripts.keepBaselineScript, [like, node, json], limits);
    },
    baseline: async ({ like, node }, limits) => {
      const [of, atMs, json] = textsOf(await run(scripts.baselineScript, [like, node], limits));
      return of === undefined || json === undefined ? undefined : { node: of, atMs: Number(atMs), json };
    },
  }) satisfies Partial<PoolStore>;

/** Profiles that people ask nodes for. */
const profiles = (run: Run, ask: Ask, keys: PoolKeys) =>
  ({
    askProfile: async (node, order, standsMs, limits) => {
      const answer = await run(scripts.profileScript, [node, toJson(order), Math.round(standsMs)], limits);
      return answer === 'busy' || answer === 'unknown-node' ? answer : 'asked';
    },
    answerProfile: async (node, order, answer, limits) => {
      await ask((redis) => redis.set(profileKey(keys, order), answer, 'PX', profileKept.answerMs), limits);
      await ask((redis) => redis.hdel(keys.profileOrders, node), limits);
    },
    profileAnswer: async (order, limits) =>
      (await ask((redis) => redis.get(profileKey(keys, order)), limits)) ?? undefined,
  }) satisfies Partial<PoolStore>;

const okOr = (answer: unknown): 'ok' | 'not-leader' => (answer === 'ok' ? 'ok' : 'not-leader');

const readLease = (answer: unknown): Lease => {
  const lease = parseLease(String(answer));
  if (lease.kind === 'read') return lease.value;
  throw new PoolAway(`the lease cannot be read: ${lease.because}`);
};

const readBeat = (
  answer: unknown,
  node: string,
  keys: PoolKeys,
  nameGarbage: (garbage: readonly Garbage[]) => void,
): BeatAnswer => {
  const [now, epoch, admission, json, lever, order] = Array.isArray(answer) ? answer.map(textOrNothing) : [];
  if (now === undefined) throw new PoolAway('the answer to a beat makes no sense');
  const admissionVersion = parseCounter(admission);
  const record = json === undefined ? undefined : parseRecord(keys.nodes, node, json);
  const garbage = record !== undefined && isGarbage(record) ? record : undefined;
  if (garbage !== undefined) nameGarbage([garbage]);
  const profile = standingOrder(order, Number(now));
  return {
    nowMs: Number(now),
    epoch,
    admissionVersion: admissionVersion.kind === 'read' ? admissionVersion.value : 0,
    record: record === undefined || isGarbage(record) ? undefined : record,
    lever: readLever(lever, Number(now), () => undefined),
    ...(profile === undefined ? {} : { profile }),
  };
};

const textOrNothing = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
