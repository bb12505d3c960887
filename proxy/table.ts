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
import { afterFailure, afterSuccess, type EjectionRules, mayEject, placeOf } from './ejection.ts';
import { blamesNode, type FailureReason, type TryEnd } from './forward/failure.ts';
import type { Member } from './members.ts';
import { effectiveWeight } from './slow-start.ts';
import type { Telemetry } from './telemetry.ts';
import { Upstream } from './upstream.ts';

export interface TableRules {
  readonly choose: keyof typeof choosers;
  readonly ejection: EjectionRules;
  readonly webSocketGraceMs: number;
}

/** A node chosen for one try. */
export interface Choice {
  readonly upstream: Upstream;
  readonly startedMs: number;
  readonly isTrial: boolean;
}

export interface TableParts {
  readonly rules: TableRules;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Something in flight on a node that has left has ended. */
  readonly onLeavingChange: () => void;
}

export class RoutingTable {
  readonly #parts: TableParts;
  readonly #known = new Map<string, Upstream>();
  #active: readonly Upstream[] = [];
  #slowStartMs = 0;

  constructor(parts: TableParts) {
    this.#parts = parts;
  }

  apply(members: readonly Member[], slowStartMs: number): void {
    this.#slowStartMs = slowStartMs;
    this.#active = members.map((member) => this.#join(member));
    for (const upstream of [...this.#known.values()]) {
      if (this.#active.includes(upstream)) continue;
      if (!upstream.isRetired) upstream.retire();
      this.#forgetIfDone(upstream);
    }
    this.#reshare(this.#parts.clock.monotonicMs());
  }

  /** Chooses among the members that were not tried yet; the choice counts as in flight at once. */
  choose(tried: readonly Upstream[]): Choice | undefined {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#reshare(nowMs);
    const untried = tried.length === 0 ? this.#active : this.#active.filter((upstream) => !tried.includes(upstream));
    const fit = untried.filter((upstream) => mayHaveNext(upstream, nowMs));
    if (fit.length === 0 && untried.length > 0) this.#parts.telemetry.panicked();
    const chosen = choosers[this.#parts.rules.choose](fit.length === 0 ? untried : fit);
    return chosen === undefined ? undefined : this.#take(chosen, nowMs);
  }

  /** Takes this very node once more, if it is still a member. */
  chooseAgain(upstream: Upstream): Choice | undefined {
    return upstream.isRetired ? undefined : this.#take(upstream, this.#parts.clock.monotonicMs());
  }

  finished({ upstream, startedMs, isTrial }: Choice, end: TryEnd): void {
    upstream.inFlight -= 1;
    if (isTrial) upstream.isTrialUnderWay = false;
    this.#judge(upstream, end, startedMs);
    if (!upstream.isRetired) return;
    this.#parts.onLeavingChange();
    this.#forgetIfDone(upstream);
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
    const upstream = this.#known.get(keyOf(member)) ?? new Upstream(member, this.#parts.rules.webSocketGraceMs);
    this.#known.set(keyOf(member), upstream);
    upstream.member = member;
    if (upstream.isRetired) upstream.revive();
    return upstream;
  }

  #reshare(nowMs: number): void {
    for (const upstream of this.#active) {
      const { weight, servingSinceMs } = upstream.member;
      const servingForMs = servingSinceMs === undefined ? undefined : nowMs - servingSinceMs;
      upstream.shareNow = effectiveWeight(weight, servingForMs, this.#slowStartMs);
    }
  }

  #take(upstream: Upstream, nowMs: number): Choice {
    const isTrial = placeOf(upstream.standing, nowMs) === 'on-trial';
    upstream.inFlight += 1;
    upstream.chosen += 1;
    if (isTrial) upstream.isTrialUnderWay = true;
    return { upstream, startedMs: nowMs, isTrial };
  }

  #judge(upstream: Upstream, end: TryEnd, startedMs: number): void {
    if (end.kind === 'client-gone') return;
    const nowMs = this.#parts.clock.monotonicMs();
    if (end.kind === 'answered') {
      upstream.standing = afterSuccess(upstream.standing, startedMs, nowMs);
      return;
    }
    const because = end.kind === 'cut' ? 'cut' : end.because;
    this.#parts.telemetry.tryFailed(because);
    if (blamesNode(because)) this.#blame(upstream, because, startedMs, nowMs);
  }

  #blame(upstream: Upstream, because: FailureReason, startedMs: number, nowMs: number): void {
    const { rules, telemetry, log } = this.#parts;
    const { outUntilMs: before } = upstream.standing;
    const out = this.#active.filter(({ standing }) => placeOf(standing, nowMs) !== 'in').length;
    const isAllowed = mayEject(out, this.#active.length, rules.ejection);
    upstream.standing = afterFailure(upstream.standing, startedMs, nowMs, rules.ejection, isAllowed);
    const { outUntilMs } = upstream.standing;
    if (outUntilMs === undefined || outUntilMs === before) return;
    telemetry.nodeEjected();
    log.warn('node-ejected', { node: upstream.id, url: upstream.url, because, forMs: Math.round(outUntilMs - nowMs) });
  }

  #forgetIfDone(upstream: Upstream): void {
    if (!upstream.isRetired || upstream.inFlight > 0) return;
    this.#known.delete(keyOf(upstream));
    upstream.destroy();
  }
}

const mayHaveNext = ({ standing, isTrialUnderWay }: Upstream, nowMs: number): boolean => {
  if (standing.outUntilMs === undefined) return true;
  const place = placeOf(standing, nowMs);
  return place === 'in' || (place === 'on-trial' && !isTrialUnderWay);
};

const keyOf = ({ id, url }: Pick<Member, 'id' | 'url'>): string => `${id} ${url}`;
