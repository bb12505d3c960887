/*
 * Tells the pool what this router has applied and what is still in flight on draining nodes.
 *
 * INVARIANTS
 * - A drain is acknowledged as soon as it has been applied, and each change of its count follows within
 *   `coalesceMs`; a sign of life is given every second.
 * - One report at a time, each with a deadline: a slow Redis gets no queue of them.
 */
import type { Clock } from '../pool/clock.ts';
import type { Log } from '../pool/log.ts';
import type { PoolStore } from '../pool/store.ts';
import type { RouterReport } from '../pool/view.ts';

export interface ReportParts {
  readonly store: Pick<PoolStore, 'reportRouter' | 'forgetRouter'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly report: () => Omit<RouterReport, 'atMs'>;
  /** The pool has heard of this router. */
  readonly onFirst?: () => void;
}

const everyMs = 1_000;
const coalesceMs = 25;
const afterFailureMs = 250;
const deadlineMs = 2_000;

export class Reporter {
  readonly #parts: ReportParts;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #wake = new AbortController();
  #isTold = false;
  #hasFailed = false;
  #hasBegun = false;

  /** Reports from now on, until it is stopped. */
  constructor(parts: ReportParts) {
    this.#parts = parts;
    this.#running = this.#run();
  }

  /** Something that is reported has changed. */
  changed(): void {
    this.#isTold = false;
    this.#wake.abort();
  }

  /** Stops reporting and says good-bye, so that no drain waits for this router. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
    const { store, report, log } = this.#parts;
    await store.forgetRouter(report().id, { deadlineMs }).catch((error: unknown) => {
      log.warn('router-cannot-say-goodbye', { because: messageOf(error) });
    });
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#send();
      await clock.sleep(this.#hasFailed ? afterFailureMs : coalesceMs, signal);
      this.#wake = new AbortController();
      if (this.#isTold && !this.#stopping.signal.aborted) await clock.sleep(everyMs - coalesceMs, this.#wake.signal);
    }
  }

  async #send(): Promise<void> {
    const { store, report, log } = this.#parts;
    this.#isTold = true;
    try {
      await store.reportRouter(report(), { deadlineMs, signal: this.#stopping.signal });
      if (this.#hasFailed) log.info('router-reports-again');
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed && !this.#stopping.signal.aborted)
        log.warn('router-cannot-report', { because: messageOf(error) });
      this.#hasFailed = true;
      this.#isTold = false;
    }
    if (!this.#hasBegun && !this.#hasFailed) {
      this.#hasBegun = true;
      this.#parts.onFirst?.();
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
