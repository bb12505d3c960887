/*
 * A PoolStore in memory, RedisPool's equal for tests and the simulator. It is one client of a {@link MemoryServer}.
 */
import type { Commit, CommitResult, PoolEvent } from './commit.ts';
import { commitPlan } from './commit-plan.ts';
import { toJson } from './json.ts';
import { applyPlan, leaseToken, lookUpCommit, takeLease } from './memory-apply.ts';
import { beatAnswer, beatsOf, type MemoryData, takeBeat, viewOf } from './memory-data.ts';
import { noteAttempt, noteDelivered, takePageOut } from './memory-outbox.ts';
import { answerProfile, askProfile, profileAnswer } from './memory-profiles.ts';
import type { MemoryServer } from './memory-server.ts';
import { baselineFor, incidentIn, incidentsIn, keepBaseline, keepEvidence } from './memory-stories.ts';
import type { WaitingNotice } from './notice.ts';
import { parseEvent } from './parse-event.ts';
import { parseWaiting } from './parse-notice.ts';
import type { ProfileAsked, ProfileOrder } from './profile-order.ts';
import {
  type BeatAnswer,
  type Incident,
  type KeptBaseline,
  type Likeness,
  type Limits,
  type OutboxCounts,
  type PageFate,
  PoolAway,
  type PoolStore,
  type Thread,
} from './store.ts';
import { tooOld } from './too-old.ts';
import type { Beat, Beats, Lease, PoolView, RouterReport } from './view.ts';

export class MemoryPool implements PoolStore {
  readonly name: string;
  readonly #server: MemoryServer;
  #held: PoolView | undefined;
  /** The server's generation when it was last viewed, and last read from. */
  #viewedAt: number | undefined;
  #readAt: number | undefined;
  #closed = false;

  constructor(server: MemoryServer) {
    this.#server = server;
    this.name = server.name;
  }

  /** From now on `view` returns what the pool is at this moment, until `releaseView`. */
  holdView(): void {
    this.#held = this.#look();
  }
  releaseView(): void {
    this.#held = undefined;
  }

  async view(limits: Limits): Promise<PoolView> {
    return this.#ask(limits, () => {
      this.#viewedAt = this.#server.generation;
      return this.#held ?? this.#look();
    });
  }

  async commit(commit: Commit, limits: Limits): Promise<CommitResult> {
    const server = this.#server;
    const old = tooOld(commit, server.clock.monotonicMs());
    if (old !== undefined) return old;
    if ((await this.#reach(limits)) !== undefined) return { kind: 'conflict', because: 'not sent: the pool is away' };
    const before = server.data.version;
    const result = server.apply((data) => applyPlan(data, commitPlan(commit), server.now()));
    if (server.data.version > before) {
      server.wake();
      server.onCommit(commit.id);
    }
    if (server.losesReplies > 0 || server.isAway) {
      server.losesReplies = Math.max(0, server.losesReplies - 1);
      if (server.isAway || this.#closed)
        return { kind: 'unknown', because: 'its reply was lost and nobody can be asked' };
      return this.#acknowledged(commit, lookUpCommit(server.data, commit.id, server.now()));
    }
    return this.#acknowledged(commit, result);
  }

  async beat(beat: Beat, limits: Limits): Promise<BeatAnswer> {
    return this.#ask(limits, (data, nowMs) => {
      takeBeat(data, beat, nowMs);
      return beatAnswer(data, beat.node, this.#server.parsers, nowMs);
    });
  }

  async beats(nodes: readonly string[] | undefined, limits: Limits): Promise<Beats> {
    return this.#ask(limits, (data) => beatsOf(data, nodes, this.name));
  }
  async reportRouter(report: Omit<RouterReport, 'atMs'>, limits: Limits): Promise<void> {
    await this.#ask(limits, (data, nowMs) => data.routers.set(report.id, toJson({ ...report, atMs: nowMs })));
  }
  async forgetRouter(router: string, limits: Limits): Promise<void> {
    await this.#ask(limits, (data) => data.routers.delete(router));
  }

  async events(afterVersion: number, blockMs: number, limits: Limits): Promise<readonly PoolEvent[]> {
    const server = this.#server;
    const untilMs = server.clock.monotonicMs() + Math.min(blockMs, limits.deadlineMs);
    const away = await this.#reach(limits);
    if (isAborted(limits)) return [];
    if (away !== undefined) throw away;
    const seen = server.generation;
    const renewed = [this.#viewedAt, this.#readAt].some((at) => at !== undefined && at !== seen);
    this.#readAt = renewed ? undefined : seen;
    this.#viewedAt = renewed ? undefined : this.#viewedAt;
    while (!renewed && seen === server.generation && !server.isAway && !this.#closed) {
      const found = eventsAfter(server.data, afterVersion);
      const leftMs = untilMs - server.clock.monotonicMs();
      if (found.length > 0 || leftMs <= 0 || isAborted(limits)) return found;
      await server.change(leftMs, limits.signal);
    }
    this.#readAt = undefined;
    this.#viewedAt = undefined;
    throw new PoolAway('the connection was made anew');
  }

  async lease(wanted: Parameters<PoolStore['lease']>[0], limits: Limits): Promise<Lease> {
    return this.#ask(limits, (data, nowMs) => takeLease(data, wanted, nowMs));
  }
  async releaseLease(token: string, limits: Limits): Promise<void> {
    await this.#ask(limits, (data, nowMs) => {
      if (leaseToken(data, nowMs) === token) data.leader = undefined;
    });
  }

  async outbox(most: number, limits: Limits): Promise<readonly WaitingNotice[]> {
    return this.#ask(limits, ({ outbox, attempts }) => {
      const letters = Object.fromEntries(attempts);
      return outbox.slice(0, most).map(({ entry, notice }) => parseWaiting(entry, ['notice', notice], letters));
    });
  }
  async attempt(
    entries: readonly string[],
    letter: string,
    token: string,
    limits: Limits,
  ): Promise<'ok' | 'not-leader' | 'gone'> {
    return this.#led(token, limits, (data) => noteAttempt(data, entries, letter));
  }
  async delivered(
    entries: readonly string[],
    thread: Thread | undefined,
    token: string,
    limits: Limits,
  ): Promise<'ok' | 'not-leader'> {
    return this.#led(token, limits, (data) => noteDelivered(data, entries, thread));
  }
  async thread(incident: string, limits: Limits): Promise<string | undefined> {
    return this.#ask(limits, ({ threads }) => threads.get(incident));
  }
  async pages(most: number, limits: Limits): Promise<readonly WaitingNotice[]> {
    return this.#ask(limits, ({ pages }) =>
      pages.slice(0, most).map(({ entry, notice }) => parseWaiting(entry, ['notice', notice])),
    );
  }
  async paged(entry: string, fate: PageFate, token: string, limits: Limits): Promise<'ok' | 'not-leader'> {
    return this.#led(token, limits, (data, nowMs) => takePageOut(data, entry, fate, nowMs));
  }
  async alarmed(incident: string, limits: Limits): Promise<boolean> {
    return this.#ask(limits, ({ alarms }) => alarms.has(incident));
  }
  async outboxCounts(limits: Limits): Promise<OutboxCounts> {
    return this.#ask(limits, ({ written, delivered, lost, outbox, pages, pagesDelivered, pagesLost }) => ({
      ...{ written, delivered, lost },
      waiting: outbox.length,
      pages: { delivered: pagesDelivered, waiting: pages.length, lost: pagesLost },
    }));
  }

  async incidents(most: number, limits: Limits): Promise<readonly Incident[]> {
    return this.#ask(limits, (data) => incidentsIn(data, most));
  }
  async incident(id: string, limits: Limits): Promise<Incident | undefined> {
    return this.#ask(limits, (data) => incidentIn(data, id));
  }
  async keepEvidence(incident: string, json: string, limits: Limits): Promise<void> {
    await this.#ask(limits, (data) => keepEvidence(data, incident, json));
  }
  async evidence(incident: string, limits: Limits): Promise<string | undefined> {
    return this.#ask(limits, ({ evidence }) => evidence.get(incident));
  }
  async keepBaseline(baseline: Omit<KeptBaseline, 'atMs'> & Likeness, limits: Limits): Promise<void> {
    await this.#ask(limits, (data, atMs) => keepBaseline(data, { ...baseline, atMs }));
  }
  async baseline(of: Pick<KeptBaseline, 'node'> & Likeness, limits: Limits): Promise<KeptBaseline | undefined> {
    return this.#ask(limits, (data) => baselineFor(data, of));
  }

  async askProfile(node: string, order: ProfileOrder, standsMs: number, limits: Limits): Promise<ProfileAsked> {
    return this.#ask(limits, (data, nowMs) => askProfile(data, node, order, nowMs, standsMs));
  }
  async answerProfile(node: string, order: string, answer: string, limits: Limits): Promise<void> {
    await this.#ask(limits, (data, nowMs) => answerProfile(data, node, order, answer, nowMs));
  }
  profileAnswer(order: string, limits: Limits): Promise<string | undefined> {
    return this.#ask(limits, (data, nowMs) => profileAnswer(data, order, nowMs));
  }
  async close(): Promise<void> {
    this.#closed = true;
    this.#server.wake();
  }

  #look(): PoolView {
    const { data, keys, parsers } = this.#server;
    const moment = { nowMs: this.#server.now(), readAtMs: this.#server.clock.monotonicMs() };
    return viewOf(data, moment, keys, parsers);
  }

  async #ask<T>(limits: Limits, work: (data: MemoryData, nowMs: number) => T): Promise<T> {
    const away = await this.#reach(limits);
    if (away !== undefined) throw away;
    return work(this.#server.data, this.#server.now());
  }

  /** For the leader alone. */
  #led<T>(token: string, limits: Limits, work: (data: MemoryData, nowMs: number) => T): Promise<T | 'not-leader'> {
    return this.#ask(limits, (data, nowMs) => (leaseToken(data, nowMs) === token ? work(data, nowMs) : 'not-leader'));
  }

  /** Takes as long as a call does; why the server cannot be reached, or undefined. */
  async #reach({ deadlineMs, signal }: Limits): Promise<PoolAway | undefined> {
    const { delayMs, clock } = this.#server;
    if (delayMs > 0) await clock.sleep(Math.min(delayMs, deadlineMs), signal);
    const because = this.#server.isAway
      ? 'the pool is away'
      : this.#closed
        ? 'the connection is closed'
        : signal?.aborted === true
          ? 'the caller gave up'
          : delayMs >= deadlineMs && delayMs > 0
            ? `no answer within ${deadlineMs} ms`
            : undefined;
    return because === undefined ? undefined : new PoolAway(because);
  }

  #acknowledged(commit: Commit, result: CommitResult): CommitResult {
    if (result.kind !== 'committed' || !commit.durable || this.#server.replica !== 'silent') return result;
    return { kind: 'unacknowledged', version: result.version, because: 'no replica has it in time' };
  }
}

const isAborted = ({ signal }: Limits): boolean => signal?.aborted === true;

const eventsAfter = ({ events }: MemoryData, afterVersion: number): readonly PoolEvent[] =>
  events.filter(({ id }) => Number.parseInt(id, 10) > afterVersion).map(({ id, fields }) => parseEvent(id, fields));
