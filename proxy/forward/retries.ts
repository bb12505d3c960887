/** Which node is asked next, once a try has failed: the one judge of both paths. */
import type { Clock } from '../../pool/clock.ts';
import { isRequestSlow } from '../first-byte.ts';
import type { Routed } from '../routed-pool.ts';
import type { Choice } from '../table.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Upstream } from '../upstream.ts';
import { afterFailure, type Failure } from './failure.ts';

export interface RetryParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

export interface FailedRequest {
  readonly isSafe: boolean;
  readonly bodyTouched: boolean;
  readonly firstByteMs: number;
}

/** A drain can take a node from under a request that has sent nothing; that many times it is simply chosen anew. */
const mostRechoices = 5;

/** The failed tries of one request. */
export class Retries {
  /** No kept connection will do: one has just failed. */
  wantsFresh = false;
  readonly #pool: Routed;
  readonly #key: number | undefined;
  readonly #parts: RetryParts;
  readonly #tried: Upstream[] = [];
  #sentFailures = 0;
  #unsentFailures = 0;
  /** When the first try began that sent nothing, by the monotonic clock. */
  #unsentSinceMs: number | undefined;
  #rechoices = 0;
  /** It closed a kept connection just then, and was not asked on a fresh one. */
  #stale: Upstream | undefined;
  /** It has not begun to answer this request in time, nor any other. */
  #silent: Upstream | undefined;

  /** @param key of a sticky client */
  constructor(pool: Routed, key: number | undefined, parts: RetryParts) {
    this.#pool = pool;
    this.#key = key;
    this.#parts = parts;
  }

  /** The next try, counted as in flight already; nothing where the request is given up. */
  after(end: Failure, choice: Choice, request: FailedRequest): Choice | undefined {
    const isRechoice = end.because === 'retired' && this.#rechoices < mostRechoices;
    if (isRechoice) this.#rechoices += 1;
    else if (!this.#mayTryAgain(end, choice, request)) return undefined;
    if (end.because === 'first-byte-timeout') this.#silent = choice.upstream;
    this.#tried.push(choice.upstream);
    if (end.reused && end.because === 'reset') this.#wentStale(choice);
    const next = this.#pool.table.choose(this.#tried, this.#key) ?? this.#staleAgain();
    if (next !== undefined && !isRechoice) this.#parts.telemetry.retried();
    return next;
  }

  #mayTryAgain(end: Failure, { startedMs, upstream }: Choice, { firstByteMs, ...request }: FailedRequest): boolean {
    const { clock, telemetry } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (end.sent) this.#sentFailures += 1;
    else this.#unsentFailures += 1;
    if (!end.sent) this.#unsentSinceMs ??= startedMs;
    const isTooLong = end.because === 'first-byte-timeout';
    if (isTooLong && this.#silent !== undefined) this.#pool.table.pardon([this.#silent, upstream]);
    const next = afterFailure(end, {
      ...request,
      ...{ sentFailures: this.#sentFailures, unsentFailures: this.#unsentFailures },
      isSlow: isTooLong && isRequestSlow(startedMs, nowMs, upstream.spokeMs),
      isLate: nowMs - (this.#unsentSinceMs ?? nowMs) >= firstByteMs,
    });
    if (next.kind === 'give-up') return false;
    if (next.isFree) return true;
    const grant = this.#pool.budget.take(nowMs);
    if (grant.kind === 'exhausted') telemetry.budgetExhausted();
    return grant.kind === 'granted';
  }

  #wentStale({ upstream }: Choice): void {
    this.wantsFresh = true;
    this.#stale = upstream;
  }

  /** Where there is no other node: one that closed a kept connection just then is asked again on a fresh one. */
  #staleAgain(): Choice | undefined {
    const stale = this.#stale;
    this.#stale = undefined;
    return stale === undefined ? undefined : this.#pool.table.chooseAgain(stale);
  }
}
