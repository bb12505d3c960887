/** Which node is asked next, once a try has failed: the one judge of both paths. */
import type { Clock } from '../../pool/clock.ts';
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
  #failures = 0;
  #rechoices = 0;

  /** @param key of a sticky client */
  constructor(pool: Routed, key: number | undefined, parts: RetryParts) {
    this.#pool = pool;
    this.#key = key;
    this.#parts = parts;
  }

  /** The next try, counted as in flight already; nothing where the request is given up. */
  after(end: Failure, choice: Choice, { isSafe, bodyTouched }: FailedRequest): Choice | undefined {
    const isRechoice = end.because === 'retired' && this.#rechoices < mostRechoices;
    if (isRechoice) this.#rechoices += 1;
    else this.#failures += 1;
    if (!isRechoice && !this.#mayTryAgain(end, isSafe, bodyTouched)) return undefined;
    this.#tried.push(choice.upstream);
    const next = this.#pool.table.choose(this.#tried, this.#key) ?? this.#sameAgain(end, choice);
    if (next !== undefined && !isRechoice) this.#parts.telemetry.retried();
    return next;
  }

  #mayTryAgain(end: Failure, isSafe: boolean, bodyTouched: boolean): boolean {
    const { clock, telemetry } = this.#parts;
    const next = afterFailure(end, { isSafe, bodyTouched, failures: this.#failures });
    if (next.kind === 'give-up') return false;
    if (next.isFree) return true;
    const grant = this.#pool.budget.take(clock.monotonicMs());
    if (grant.kind === 'exhausted') telemetry.budgetExhausted();
    return grant.kind === 'granted';
  }

  /** Where there is no other node: one that closed a kept connection just then is asked again on a fresh one. */
  #sameAgain(end: Failure, { upstream }: Choice): Choice | undefined {
    if (!end.reused || end.because !== 'reset') return undefined;
    this.wantsFresh = true;
    return this.#pool.table.chooseAgain(upstream);
  }
}
