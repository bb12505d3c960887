/*
 * The members that requests go to now, and what is in flight on each.
 *
 * INVARIANTS
 * - From the moment `apply` returns, nothing new is chosen for a node that is not among the members.
 * - Every choice is finished exactly once; then, and only then, it stops counting as in flight.
 * - A node that has left is forgotten as soon as nothing is in flight on it.
 */
import type { Clock } from '../pool/clock.ts';
import type { Log } from '../pool/log.ts';
import { choosers } from './choose.ts';
import { isAskedLast, placeOf } from './ejection.ts';
import { Ejector, type LeavingOutRules } from './ejector.ts';
import { areAllWell, fitOf } from './fit.ts';
import type { TryEnd } from './forward/failure.ts';
import { learn } from './latency.ts';
import { LeftOut } from './left-out.ts';
import type { Member } from './members.ts';
import { effectiveWeight } from './slow-start.ts';
import { byKey } from './sticky.ts';
import type { Telemetry } from './telemetry.ts';
import { type ConnectionRules, Upstream } from './upstream.ts';

export interface TableRules extends ConnectionRules {
  readonly choose: keyof typeof choosers;
  readonly ejection: LeavingOutRules;
}

/** A node chosen for one try. */
export interface Choice {
  readonly upstream: Upstream;
  readonly startedMs: number;
  readonly isTrial: boolean;
  /** The node has begun to answer; written only by the table. */
  isHeard: boolean;
  /** Others wait for how this trial begins; written only by the table. */
  holdsTrial: boolean;
  /** Raw headers that tell the client of nodes that are left out; empty where none is. */
  readonly notes: readonly string[];
}

export interface TableParts {
  readonly rules: TableRules;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Something in flight on a node that has left has ended. */
  readonly onLeavingChange: () => void;
  /** A node was left out, or is in again. */
  readonly onEjection?: () => void;
  /** 0 or more, less than 1. */
  readonly random?: () => number;
}

const nothingToTell: readonly string[] = [];

export class RoutingTable {
  readonly #parts: TableParts;
  readonly #known = new Map<string, Upstream>();
  #active: readonly Upstream[] = [];
  #slowStartMs = 0;
  /** Somebody's share still grows. */
  #isGrowing = false;
  /** All members speak plain HTTP; written only here. */
  isPlain = true;
  readonly #random: () => number;
  readonly #ejector: Ejector;
  /** Who is left out, and whether too many are. */
  readonly leftOut: LeftOut;

  constructor(parts: TableParts) {
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
    const { clock, log, telemetry } = parts;
    const { ejection } = parts.rules;
    const members = (): readonly Upstream[] => this.#active;
    this.leftOut = new LeftOut({ panicBelow: ejection.panicBelow, clock, log, members });
    const onChange = (): void => {
      this.leftOut.changed();
      parts.onEjection?.();
    };
    this.#ejector = new Ejector({ rules: ejection, clock, log, telemetry, members, onChange });
  }

  apply(members: readonly Member[], slowStartMs: number): void {
    this.#slowStartMs = slowStartMs;
    this.#active = members.map((member) => this.#join(member));
    this.isPlain = this.#active.every(({ origin }) => origin.protocol === 'http:');
    for (const upstream of [...this.#known.values()]) {
      if (this.#active.includes(upstream)) continue;
      if (!upstream.isRetired) upstream.retire();
      this.#forgetIfDone(upstream);
    }
    this.#reshare(this.#parts.clock.monotonicMs());
    this.leftOut.changed();
  }

  /**
   * Chooses among the members that were not tried yet; the choice counts as in flight at once.
   *
   * @param key requests of the same key go to the same node, as long as it may have them
   * @param nowMs monotonic, for who has just looked
   */
  choose(
    tried: readonly Upstream[],
    key?: number,
    nowMs: number = this.#parts.clock.monotonicMs(),
  ): Choice | undefined {
    if (this.#isGrowing) this.#reshare(nowMs);
    const isEasy = tried.length === 0 && areAllWell(this.#active);
    const candidates = isEasy ? this.#active : this.#fit(tried, nowMs);
    const choose = choosers[this.#parts.rules.choose];
    const chosen = key === undefined ? choose(candidates, nowMs, this.#random) : byKey(candidates, key);
    if (chosen === undefined) return undefined;
    return this.#take(chosen, nowMs, isEasy ? nothingToTell : this.leftOut.notes(nowMs));
  }

  /** Takes this very node once more, if it is still a member. */
  chooseAgain(upstream: Upstream): Choice | undefined {
    return upstream.isRetired ? undefined : this.#take(upstream, this.#parts.clock.monotonicMs(), nothingToTell);
  }

  /**
   * The node has begun to answer: what lasts from here on keeps no further request from a node on trial, and how soon
   * is what the next choice goes by. How long an upload takes, though, is its client's doing and says nothing of the node.
   */
  heard(choice: Choice, isUpload = false): void {
    releaseTrial(choice);
    if (choice.isHeard) return;
    choice.isHeard = true;
    const nowMs = this.#parts.clock.monotonicMs();
    choice.upstream.spokeMs = nowMs;
    if (!isUpload) learn(choice.upstream, nowMs - choice.startedMs, nowMs);
  }

  /** The node has switched to a WebSocket: it lasts, so its trial is passed here and not at its end. */
  switched(choice: Choice): void {
    releaseTrial(choice);
    if (choice.isTrial) this.#ejector.passed(choice.upstream, choice.startedMs);
  }

  /** @param isUpload the request had a body */
  finished(choice: Choice, end: TryEnd, isUpload = false): void {
    const { upstream, startedMs } = choice;
    upstream.inFlight -= 1;
    releaseTrial(choice);
    if (end.kind === 'client-gone') this.#waitedInVain(choice, isUpload);
    else this.#ejector.ended(upstream, end, startedMs, isUpload);
    if (!upstream.isRetired) return;
    this.#parts.onLeavingChange();
    this.#forgetIfDone(upstream);
  }

  /** One request got no first byte from any of these: that says something of the request, and nothing of them. */
  pardon(upstreams: readonly Upstream[]): void {
    for (const upstream of upstreams) this.#ejector.pardon(upstream);
  }

  members(): readonly Upstream[] {
    return this.#active;
  }

  /** Nodes that have left, with something still in flight on them. */
  leaving(): readonly Upstream[] {
    return [...this.#known.values()].filter((upstream) => upstream.isRetired);
  }

  /** How often each node was chosen so far, by id; from the start again where it was forgotten meanwhile. */
  chosenSoFar(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { id, chosen } of this.#known.values()) sums.set(id, (sums.get(id) ?? 0) + chosen);
    return sums;
  }

  destroy(): void {
    for (const upstream of this.#known.values()) upstream.destroy();
  }

  #join(member: Member): Upstream {
    const upstream = this.#known.get(keyOf(member)) ?? new Upstream(member, this.#parts.rules);
    this.#known.set(keyOf(member), upstream);
    upstream.member = member;
    if (upstream.isRetired) upstream.revive();
    return upstream;
  }

  #reshare(nowMs: number): void {
    this.#isGrowing = false;
    for (const upstream of this.#active) {
      const { weight, servingSinceMs } = upstream.member;
      const servingForMs = servingSinceMs === undefined ? undefined : nowMs - servingSinceMs;
      upstream.shareNow = effectiveWeight(weight, servingForMs, this.#slowStartMs);
      if (upstream.shareNow < weight) this.#isGrowing = true;
    }
  }

  #fit(tried: readonly Upstream[], nowMs: number): readonly Upstream[] {
    const untried = this.#active.filter((upstream) => !tried.includes(upstream));
    if (untried.length === 0) return untried;
    const isPanicking = this.leftOut.isPanicking(nowMs);
    const fit = fitOf(untried, nowMs);
    const among = fit.length > 0 && !isPanicking ? fit : untried;
    // Where a request has tried all who are in, it asks who is left out as well: that is no panic.
    if (isPanicking) this.#parts.telemetry.panicked();
    return tried.length === 0 ? among : steadyAmong(among);
  }

  #take(upstream: Upstream, nowMs: number, notes: readonly string[]): Choice {
    const { standing } = upstream;
    const isTrial = placeOf(standing, nowMs) === 'on-trial' || isAskedLast(standing);
    upstream.inFlight += 1;
    upstream.chosen += 1;
    if (isTrial) upstream.isTrialUnderWay = true;
    return { upstream, startedMs: nowMs, isTrial, isHeard: false, holdsTrial: isTrial, notes };
  }

  /**
   * A client that left before the node had begun to answer says at least how long that takes. One that was uploading says
   * only how long it was uploading itself.
   */
  #waitedInVain({ upstream, startedMs, isHeard }: Choice, isUpload: boolean): void {
    if (isUpload) return;
    const nowMs = this.#parts.clock.monotonicMs();
    if (!isHeard && nowMs - startedMs > upstream.latencyMs) learn(upstream, nowMs - startedMs, nowMs);
  }

  #forgetIfDone(upstream: Upstream): void {
    if (!upstream.isRetired || upstream.inFlight > 0) return;
    this.#known.delete(keyOf(upstream));
    upstream.destroy();
  }
}

const releaseTrial = (choice: Choice): void => {
  if (choice.holdsTrial) choice.upstream.isTrialUnderWay = false;
  choice.holdsTrial = false;
};

const keyOf = ({ id, url }: Pick<Member, 'id' | 'url'>): string => `${id} ${url}`;

/** A request that has failed already goes to nodes that have not failed lately, where there are any: in a panic, too. */
const steadyAmong = (nodes: readonly Upstream[]): readonly Upstream[] => {
  const steady = nodes.filter(({ standing }) => standing.failuresInRow === 0 && standing.outUntilMs === undefined);
  return steady.length > 0 ? steady : nodes;
};
