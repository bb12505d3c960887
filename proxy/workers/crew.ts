/*
 * All workers of a proxy, as its first process keeps them.
 *
 * INVARIANTS
 * - It serves once all of them have begun, or once some have and another has failed, which is tried again like any that
 *   ends: nobody who serves is ended for it. Where one fails before any serves, none is left.
 * - What the dead have counted stays counted: no sum ever falls.
 * - Whoever has ended is forgotten in the pool, whatever it has said itself.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';
import { addNumbers, type Numbers } from '../numbers.ts';
import { type GoodbyeParts, sayGoodbye } from './goodbye.ts';
import type { Life } from './life.ts';
import type { ReadFiles, Told } from './messages.ts';
import type { StartWorker, WorkerEnd } from './process.ts';
import { Worker } from './worker.ts';

export interface CrewParts {
  /** What the proxy is called. */
  readonly proxy: string;
  readonly workers: number;
  readonly start: StartWorker;
  /** What workers read instead of the files. */
  readonly files: ReadFiles;
  readonly pools: GoodbyeParts['pools'];
  readonly clock: Clock;
  readonly log: Log;
}

/** One worker, as it is now. */
export interface Seen {
  readonly worker: number;
  readonly pid: number | undefined;
  readonly router: string;
  /** `silent`: it serves, and has not answered in time. */
  readonly state: 'starting' | 'serving' | 'silent';
  readonly restarts: number;
  /** What it told last; undefined: nothing yet. */
  readonly told: Told | undefined;
}

const lookEveryMs = 1_000;
/** A look that comes this late says that this process was held up itself: silence proves nothing then. */
const heldUpMs = 5_000;
/** For the last good-byes, when all have ended. */
const farewellMs = 2_000;

export class Crew {
  readonly #parts: CrewParts;
  readonly #workers: readonly Worker[];
  readonly #stopping = new AbortController();
  readonly #goodbyes = new Set<Promise<void>>();
  readonly #farewell = new AbortController();
  readonly #watching: Promise<void>;
  readonly #begun: Promise<string>;
  #gone: Promise<readonly Numbers[]> = Promise.resolve([]);
  #tellServing: (url: string) => void = () => undefined;
  #tellFailed: (error: Error) => void = () => undefined;
  #hasBegun = false;
  #url = '';

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#begun = new Promise((resolve, reject) => {
      this.#tellServing = resolve;
      this.#tellFailed = reject;
    });
    const { workers: of } = parts;
    this.#workers = Array.from({ length: of }, (_, index) => this.#worker({ worker: index + 1, of }));
    this.#watching = this.#watch();
  }

  /** Resolves with the URL once all serve; rejects, with none of them left, where one cannot. */
  async begun(): Promise<string> {
    try {
      return await this.#begun;
    } catch (error) {
      await this.stop(0);
      throw error;
    }
  }

  /** Asks every worker how it is; `gone` is what those have counted that had ended by then. */
  async look(): Promise<{ readonly seen: readonly Seen[]; readonly gone: readonly Numbers[] }> {
    const asked = this.#workers.map(({ life }) => life).filter(({ isServing }) => isServing);
    const answers = await Promise.all(asked.map(async (life) => ((await life.ask()) ? life : undefined)));
    // Both at the same moment, so that whoever ends just now is counted once.
    const seen = this.#workers.map((worker) => seenOf(worker, answers.includes(worker.life)));
    return { seen, gone: await this.#gone };
  }

  reopenLogs(): void {
    for (const { life } of this.#workers) life.reopenLogs();
  }

  /** Lets all workers end what is under way; resolves once they are gone. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#watching, ...this.#workers.map((worker) => worker.stop(deadlineMs))]);
    const isSaid = new AbortController();
    const said = Promise.all(this.#goodbyes).then(() => isSaid.abort());
    await this.#parts.clock.sleep(farewellMs, isSaid.signal);
    this.#farewell.abort();
    await said;
  }

  #worker(place: Worker['place']): Worker {
    const { log } = this.#parts;
    return new Worker({
      ...this.#parts,
      place,
      onServing: (url) => {
        log.info('worker-serving', { worker: place.worker, of: place.of });
        this.#url = url;
        if (this.#workers.every(({ life }) => life.isServing)) this.#begins();
      },
      onEnd: (life, end) => this.#ended(life, end, place.worker),
    });
  }

  #begins(): void {
    this.#hasBegun = true;
    this.#tellServing(this.#url);
  }

  #ended({ router, counters, failed }: Life, end: WorkerEnd, worker: number): void {
    const serves = this.#workers.some(({ life }) => life.isServing);
    if (!this.#hasBegun && serves) this.#begins();
    else if (!this.#hasBegun) {
      for (const one of this.#workers) one.startNone();
      this.#tellFailed(new Error(failed ?? `worker ${worker} has ended (${howOf(end)})`));
    }
    if (counters !== undefined)
      this.#gone = this.#gone.then(async (before) => [await addNumbers([...before, counters])]);
    // One that ended in order has tried it itself, and may have failed; said again it does no harm.
    const times = end.code === 0 ? 1 : 2;
    const goodbye = sayGoodbye(router, this.#parts, this.#farewell.signal, times).finally(() =>
      this.#goodbyes.delete(goodbye),
    );
    this.#goodbyes.add(goodbye);
  }

  async #watch(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#stopping;
    let lookedMs = clock.monotonicMs();
    while (!signal.aborted) {
      await clock.sleep(lookEveryMs, signal);
      const nowMs = clock.monotonicMs();
      const wasHeldUp = nowMs - lookedMs > heldUpMs;
      lookedMs = nowMs;
      for (const worker of this.#workers)
        if (wasHeldUp) worker.life.heardMs = nowMs;
        else worker.endIfStuck(nowMs);
    }
  }
}

const seenOf = ({ place, life, restarts }: Worker, hasAnswered: boolean): Seen => ({
  ...{ worker: place.worker, pid: life.pid, router: life.router, restarts, told: life.told },
  state: life.isServing ? (hasAnswered ? 'serving' : 'silent') : 'starting',
});

const howOf = ({ code, signal, because }: WorkerEnd): string => because ?? signal ?? `exit ${code ?? 'unknown'}`;
