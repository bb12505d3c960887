/*
 * Hears how tries on the nodes of a pool end, and leaves those out that fail: after failures in a row, or by their
 * success rate beside the others'.
 *
 * INVARIANTS
 * - Only tries that began after the node was let in again count, for both.
 * - Success rates are looked at when a try ends and the interval is over: no timer, and nothing where nothing is asked.
 */
import type { Clock } from '../pool/clock.ts';
import type { Log } from '../pool/log.ts';
import {
  afterFailure,
  afterPardon,
  afterSuccess,
  type EjectionRules,
  ejected,
  isAskedLast,
  isInDoubt,
  mayEject,
  placeOf,
  type Silence,
  type Standing,
} from './ejection.ts';
import { isRequestSlow } from './first-byte.ts';
import { blamesNode, type TryEnd } from './forward/failure.ts';
import { learn } from './latency.ts';
import { type OutlierRules, outliers } from './outliers.ts';
import type { EjectionReason, Telemetry } from './telemetry.ts';
import type { Upstream } from './upstream.ts';

export interface LeavingOutRules extends EjectionRules {
  /** While fewer than this share of the members is in, it makes no difference who is left out. */
  readonly panicBelow: number;
  readonly successRate: OutlierRules & { readonly interval: number };
}

export interface EjectorParts {
  readonly rules: LeavingOutRules;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly members: () => readonly Upstream[];
  /** Somebody was left out, or is in again. */
  readonly onChange: () => void;
}

/** A try that failed counts as no faster than this, or a node that refuses at once would look like the best. */
const failedLatencyMs = 1_000;

export class Ejector {
  readonly #parts: EjectorParts;
  #intervalEndsMs: number;

  constructor(parts: EjectorParts) {
    this.#parts = parts;
    this.#intervalEndsMs = parts.clock.monotonicMs() + parts.rules.successRate.interval;
  }

  /**
   * A try has ended that its client has waited for.
   *
   * @param isUpload how long it took is its client's doing, and says nothing of the node
   */
  ended(upstream: Upstream, end: Exclude<TryEnd, { kind: 'client-gone' }>, startedMs: number, isUpload = false): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (end.kind === 'answered') this.#answered(upstream, end.isError === true, startedMs, nowMs);
    else {
      const because = end.kind === 'cut' ? 'cut' : end.because;
      this.#parts.telemetry.tryFailed(because);
      if (isRequests(upstream, because, startedMs, nowMs)) this.#slow(upstream, startedMs, isUpload, nowMs);
      else if (blamesNode(because)) {
        learnFailure(upstream, end.kind === 'cut' || end.sent, isUpload, startedMs, nowMs);
        this.#failed(upstream, because, startedMs, nowMs);
      }
    }
    if (nowMs >= this.#intervalEndsMs) this.#compare(nowMs);
  }

  /** A trial has shown that the node answers, and goes on. */
  passed(upstream: Upstream, startedMs: number): void {
    const before = upstream.standing;
    const nowMs = this.#parts.clock.monotonicMs();
    upstream.standing = afterSuccess(before, startedMs, nowMs);
    if (upstream.standing !== before) this.#tellBack(upstream, before, nowMs);
  }

  pardon(upstream: Upstream): void {
    upstream.standing = afterPardon(upstream.standing);
    upstream.tally.failed = Math.max(0, upstream.tally.failed - 1);
  }

  /** Where only one node is so slow, its success rate tells. */
  #slow(upstream: Upstream, startedMs: number, isUpload: boolean, nowMs: number): void {
    learn(upstream, isUpload ? failedLatencyMs : nowMs - startedMs, nowMs);
    count(upstream, true, startedMs);
  }

  #answered(upstream: Upstream, isError: boolean, startedMs: number, nowMs: number): void {
    const before = upstream.standing;
    upstream.standing = afterSuccess(before, startedMs, nowMs);
    if (before.outUntilMs === undefined) count(upstream, isError, startedMs);
    if (upstream.standing !== before) this.#tellBack(upstream, before, nowMs);
  }

  #failed(upstream: Upstream, because: string, startedMs: number, nowMs: number): void {
    const before = upstream.standing;
    const silence = this.#silenceOf(upstream, because, startedMs, nowMs);
    upstream.standing = afterFailure(before, startedMs, nowMs, this.#parts.rules, this.#mayEject(nowMs), silence);
    count(upstream, true, startedMs);
    // As at an ejection: a bad name from before would keep its next try away.
    if (isAskedLast(upstream.standing)) upstream.latencyMs = 0;
    if (isAskedLast(upstream.standing) && !isAskedLast(before)) this.#tellAskedLast(upstream, because);
    if (upstream.standing.outUntilMs === before.outUntilMs) return;
    const inRow = isInDoubt(upstream.standing) ? 'silent' : 'failures-in-row';
    this.#tell(upstream, before.outUntilMs === undefined ? inRow : 'trial-failed', because, nowMs);
  }

  #silenceOf(upstream: Upstream, because: string, startedMs: number, nowMs: number): Silence {
    if (because !== 'first-byte-timeout') return 'no';
    const others = this.#parts.members().filter((other) => other !== upstream);
    return others.some(({ spokeMs }) => isRequestSlow(startedMs, nowMs, spokeMs)) ? 'of-one' : 'of-all';
  }

  #compare(nowMs: number): void {
    const { members, rules } = this.#parts;
    this.#intervalEndsMs = nowMs + rules.successRate.interval;
    const tallies = members().map((upstream) => ({ upstream, ...upstream.tally }));
    for (const { upstream } of tallies) upstream.tally = { ended: 0, failed: 0 };
    const inNow = tallies.filter(({ upstream }) => placeOf(upstream.standing, nowMs) === 'in');
    for (const { upstream, ended, failed } of outliers(inNow, rules.successRate)) {
      if (!this.#mayEject(nowMs)) return;
      upstream.standing = ejected(upstream.standing, nowMs, rules);
      this.#tell(upstream, 'success-rate', `${failed} of ${ended} requests failed`, nowMs);
    }
  }

  /** It should be left out, and no more may be. */
  #tellAskedLast({ id: node, url, standing }: Upstream, because: string): void {
    this.#parts.log.warn('node-asked-last', { node, url, because, failuresInRow: standing.failuresInRow });
  }

  /** It has answered: is that news? */
  #tellBack({ id: node, url, standing }: Upstream, before: Standing, nowMs: number): void {
    if (standing.outUntilMs === before.outUntilMs && !isAskedLast(before)) return;
    const { outSinceMs, outUntilMs } = before;
    const was = outUntilMs === undefined ? 'asked-last' : 'ejected';
    const away = outSinceMs === undefined ? {} : { awayMs: Math.round(nowMs - outSinceMs) };
    this.#parts.log.info('node-back', { node, url, was, ...away });
    if (outUntilMs !== undefined) this.#parts.onChange();
  }

  #mayEject(nowMs: number): boolean {
    const members = this.#parts.members();
    const out = members.filter(({ standing }) => placeOf(standing, nowMs) !== 'in').length;
    return mayEject(out, members.length, this.#parts.rules);
  }

  #tell(upstream: Upstream, reason: EjectionReason, because: string, nowMs: number): void {
    const { telemetry, log, onChange } = this.#parts;
    const { id: node, url, standing } = upstream;
    telemetry.nodeEjected(reason);
    // What made it slow is over when it is tried again; a bad name from before would keep the trial away.
    upstream.latencyMs = 0;
    upstream.tally = { ended: 0, failed: 0 };
    log.warn('node-ejected', { node, url, reason, because, forMs: Math.round((standing.outUntilMs ?? nowMs) - nowMs) });
    onChange();
  }
}

/**
 * A quick refusal says nothing of how soon a node answers: one that is in is asked no less often for it, so that a dead one
 * comes to its failures in a row soon, and is told of. Who is left out or asked last already looks slow for it: in a panic
 * it is asked like any other.
 */
const learnFailure = (
  upstream: Upstream,
  wasSent: boolean,
  isUpload: boolean,
  startedMs: number,
  nowMs: number,
): void => {
  const { standing } = upstream;
  // Until something was sent the time is the dial's, not that of a client's upload.
  const tookMs = wasSent && isUpload ? 0 : nowMs - startedMs;
  const isCounted = standing.outUntilMs === undefined && !isAskedLast(standing);
  if (!wasSent && isCounted && tookMs < failedLatencyMs) return;
  learn(upstream, Math.max(failedLatencyMs, tookMs), nowMs);
};

/** A request that takes long while its node answers others. On trial nothing else shows whether the node is well. */
const isRequests = ({ standing, spokeMs }: Upstream, because: string, startedMs: number, nowMs: number): boolean =>
  because === 'first-byte-timeout' && standing.outUntilMs === undefined && isRequestSlow(startedMs, nowMs, spokeMs);

const count = ({ tally, standing }: Upstream, isFailure: boolean, startedMs: number): void => {
  if (startedMs < (standing.backSinceMs ?? Number.NEGATIVE_INFINITY)) return;
  tally.ended += 1;
  if (isFailure) tally.failed += 1;
};
