/*
 * A process's way to Redis, over a network that loses, delays and cuts. It keeps the promises of RedisPool: a commit
 * whose reply is lost is looked up, and given up where it was not seen; one that cannot be looked up is `unknown`, and may
 * still be applied later.
 */
import type { Commit, CommitResult } from '../../pool/commit.ts';
import { lookUpCommit } from '../../pool/memory-apply.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import type { MemoryServer } from '../../pool/memory-server.ts';
import { type Limits, PoolAway, type PoolStore } from '../../pool/store.ts';
import { tooOld } from '../../pool/too-old.ts';
import type { Dice } from './dice.ts';
import { callAs, type Life, type Strikes } from './life.ts';
import type { Call, Strike } from './schedule.ts';
import type { SimClock } from './sim-clock.ts';

export interface Network {
  readonly isCut: (process: string) => boolean;
  /** Aborted when this process is cut off, or the server breaks its connections; a new one after each. */
  readonly strikes: Strikes;
}

export interface LinkParts {
  readonly clock: SimClock;
  readonly server: MemoryServer;
  readonly network: Network;
  readonly dice: Dice;
  /** Hears which process a commit is of, as it is written to the network. */
  readonly onCommit: (life: Life, commit: Commit) => void;
  /** For how long what it has read of the pool is handed out again; undefined: each reading is made anew. */
  readonly staleMs: () => number | undefined;
  /** It is remembered that these notices go out as this letter. */
  readonly onAttempt: (entries: readonly string[], letter: string) => void;
}

type Message = (life: Life, limits: Limits, strike: Strike | undefined) => Promise<'arrives' | 'lost'>;

export const storeLink = (life: Life, parts: LinkParts): PoolStore => {
  const { clock, server, network } = parts;
  const pool = new MemoryPool(server);
  const there = wayThere(parts);
  const back = wayBack(parts);
  const isAway = (): boolean => server.isAway || network.isCut(life.name);

  const ask = <T>(call: Call, limits: Limits, act: () => Promise<T>): Promise<T> =>
    callAs(life, call, network.strikes, async (strike) => {
      if (limits.signal?.aborted === true) throw new PoolAway('the caller gave up');
      if ((await there(life, limits, strike)) === 'lost') throw new PoolAway('its request was lost');
      const value = await act();
      if ((await back(life, limits, strike)) === 'lost') throw new PoolAway('its reply was lost');
      return value;
    });

  const commit = (wanted: Commit, limits: Limits): Promise<CommitResult> =>
    callAs(life, 'commit', network.strikes, async (strike) => {
      const old = tooOld(wanted, clock.monotonicMs());
      if (old !== undefined) return old;
      parts.onCommit(life, wanted);
      if (isAway()) return { kind: 'conflict', because: 'not sent: Redis is away' };
      const late = strike?.at === 'sending' && strike.what === 'late';
      // On its way nobody asks how long ago it was decided but Redis, by its own time.
      const written = { ...wanted, readAtMs: Number.POSITIVE_INFINITY };
      if (late) void clock.sleep(strike.ms).then(() => pool.commit(written, { deadlineMs: 1 }));
      else if ((await there(life, limits, strike)) === 'arrives') {
        const result = await pool.commit(written, { deadlineMs: limits.deadlineMs });
        if ((await back(life, limits, strike)) === 'arrives') return result;
      }
      if (late) await clock.sleep(Math.min(strike.ms + 1, limits.deadlineMs), limits.signal);
      if (isAway()) return { kind: 'unknown', because: 'its reply was lost and nobody can be asked' };
      return lookUpCommit(server.data, wanted.id, server.now());
    });

  const events: PoolStore['events'] = (after, blockMs, limits) =>
    callAs(life, 'events', network.strikes, async (strike) => {
      if ((await there(life, limits, strike)) === 'lost') throw new PoolAway('the stream was cut');
      const found = await pool.events(after, blockMs, limits);
      if ((await back(life, limits, strike)) === 'lost') throw new PoolAway('the stream was cut');
      return found;
    });

  return {
    name: server.name,
    ...{ commit, events },
    view: (limits) =>
      ask('view', limits, async () => {
        const keptMs = parts.staleMs();
        const kept = life.told.view;
        // What is kept is a whole reading, with the time at which it was made: of nothing else could anybody tell its age.
        if (keptMs !== undefined && kept !== undefined && clock.monotonicMs() - kept.atMs < keptMs) return kept.view;
        const view = await pool.view(limits);
        life.told.view = { view, atMs: clock.monotonicMs() };
        return view;
      }),
    beat: (beat, limits) => ask('beat', limits, () => pool.beat(beat, limits)),
    beats: (nodes, limits) => ask('beat', limits, () => pool.beats(nodes, limits)),
    reportRouter: (report, limits) => ask('report', limits, () => pool.reportRouter(report, limits)),
    forgetRouter: (router, limits) => ask('report', limits, () => pool.forgetRouter(router, limits)),
    lease: (wanted, limits) => ask('lease', limits, () => pool.lease(wanted, limits)),
    releaseLease: (token, limits) => ask('lease', limits, () => pool.releaseLease(token, limits)),
    outbox: (most, limits) => ask('outbox', limits, () => pool.outbox(most, limits)),
    attempt: (entries, letter, token, limits) =>
      ask('outbox', limits, async () => {
        const answer = await pool.attempt(entries, letter, token, limits);
        if (answer === 'ok') parts.onAttempt(entries, letter);
        return answer;
      }),
    delivered: (entries, thread, token, limits) =>
      ask('outbox', limits, () => pool.delivered(entries, thread, token, limits)),
    pages: (most, limits) => ask('outbox', limits, () => pool.pages(most, limits)),
    paged: (entry, fate, token, limits) => ask('outbox', limits, () => pool.paged(entry, fate, token, limits)),
    alarmed: (incident, limits) => ask('outbox', limits, () => pool.alarmed(incident, limits)),
    thread: (incident, limits) => ask('outbox', limits, () => pool.thread(incident, limits)),
    outboxCounts: (limits) => ask('outbox', limits, () => pool.outboxCounts(limits)),
    askProfile: (node, order, standsMs, limits) =>
      ask('report', limits, () => pool.askProfile(node, order, standsMs, limits)),
    answerProfile: (node, order, answer, limits) =>
      ask('report', limits, () => pool.answerProfile(node, order, answer, limits)),
    profileAnswer: (order, limits) => ask('view', limits, () => pool.profileAnswer(order, limits)),
    incidents: (most, limits) => ask('outbox', limits, () => pool.incidents(most, limits)),
    incident: (id, limits) => ask('outbox', limits, () => pool.incident(id, limits)),
    keepEvidence: (incident, json, limits) => ask('outbox', limits, () => pool.keepEvidence(incident, json, limits)),
    evidence: (incident, limits) => ask('outbox', limits, () => pool.evidence(incident, limits)),
    keepBaseline: (baseline, limits) => ask('outbox', limits, () => pool.keepBaseline(baseline, limits)),
    baseline: (of, limits) => ask('outbox', limits, () => pool.baseline(of, limits)),
    close: () => pool.close(),
  };
};

const wayThere =
  ({ clock, server, network, dice }: LinkParts): Message =>
  async (life, limits, strike) => {
    if (strike?.at === 'sending' && (strike.what === 'lose' || strike.what === 'late')) {
      await clock.sleep(
        strike.what === 'lose' ? limits.deadlineMs : Math.min(strike.ms, limits.deadlineMs),
        limits.signal,
      );
      if (strike.what === 'lose' || strike.ms >= limits.deadlineMs) return 'lost';
    }
    // Most messages are quicker than anything else that happens; the others give way to it.
    if (dice.chance(0.4)) await clock.sleep(dice.between(0.2, 3), limits.signal);
    if (!server.isAway && !network.isCut(life.name)) return 'arrives';
    // A refused connection is told at once, one into nothing at the deadline.
    if (dice.chance(0.5)) await clock.sleep(limits.deadlineMs, limits.signal);
    return 'lost';
  };

const wayBack =
  ({ clock, server, network }: LinkParts): Message =>
  async (life, limits, strike) => {
    if (strike?.at === 'reply' && (strike.what === 'lose' || strike.what === 'late')) {
      await clock.sleep(
        strike.what === 'lose' ? limits.deadlineMs : Math.min(strike.ms, limits.deadlineMs),
        limits.signal,
      );
      if (strike.what === 'lose' || strike.ms >= limits.deadlineMs) return 'lost';
    }
    return server.isAway || network.isCut(life.name) ? 'lost' : 'arrives';
  };
