/*
 * One of the workers: whoever ends in its place is followed by another.
 *
 * INVARIANTS
 * - One process at a time; the next one is called otherwise in the pool.
 * - Once told to stop, none is started any more.
 */
import type { Log } from '../../pool/log.ts';
import { Life, type LifeParts } from './life.ts';
import type { Order } from './messages.ts';
import type { WorkerEnd } from './process.ts';
import { endsInRow, restartDelayMs } from './restart-delay.ts';
import type { Place } from './share.ts';

export interface WorkerParts extends LifeParts {
  readonly place: Place;
  /** What the proxy is called; its workers are called after it. */
  readonly proxy: string;
  readonly log: Log;
  /** A process of it has ended. */
  readonly onEnd: (life: Life, end: WorkerEnd) => void;
}

/** A worker whose event loop has stood still for so long is not coming back by itself. */
const stuckAfterMs = 30_000;

export class Worker {
  readonly place: Place;
  readonly #parts: WorkerParts;
  readonly #running: Promise<void>;
  readonly #stopping = new AbortController();
  #life: Life;
  #lives = 0;
  #endsInRow = 0;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.place = parts.place;
    this.#life = this.#begin();
    this.#running = this.#run();
  }

  /** The process of now, or the last one. */
  get life(): Life {
    return this.#life;
  }

  get restarts(): number {
    return this.#lives - 1;
  }

  /** Ends it where it has said nothing for too long. */
  endIfStuck(nowMs: number): void {
    const { heardMs, pid: workerPid } = this.#life;
    const silentForMs = nowMs - heardMs;
    if (silentForMs < stuckAfterMs) return;
    this.#life.heardMs = nowMs;
    const { worker } = this.place;
    this.#parts.log.error('worker-stuck', { worker, workerPid, silentForMs: Math.round(silentForMs) });
    this.#life.kill('SIGKILL');
  }

  /** Whoever ends is not followed any more. */
  startNone(): void {
    this.#stopping.abort();
  }

  /** Lets it end what is under way; resolves once it is gone. */
  async stop(deadlineMs: number): Promise<void> {
    this.startNone();
    this.#life.kill('SIGTERM');
    const isOver = new AbortController();
    const inTime = this.#running.then(() => isOver.abort());
    await this.#parts.clock.sleep(deadlineMs, isOver.signal);
    if (!isOver.signal.aborted) this.#life.kill('SIGKILL');
    await inTime;
  }

  #begin(): Life {
    const { place, proxy } = this.#parts;
    this.#lives += 1;
    const router = `${proxy}-w${place.worker}${this.#lives === 1 ? '' : `-${this.#lives}`}`;
    const order: Order = { ...place, router, pseudonym: `doctor-monkey-${proxy}` };
    return new Life(order, this.#parts);
  }

  async #run(): Promise<void> {
    while (true) {
      const end = await this.#life.ended;
      this.#life.over();
      this.#parts.onEnd(this.#life, end);
      if (this.#isStopping()) return;
      await this.#parts.clock.sleep(this.#delayAfter(end), this.#stopping.signal);
      if (this.#isStopping()) return;
      this.#life = this.#begin();
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #delayAfter({ code, signal, because }: WorkerEnd): number {
    const { startedMs, pid: workerPid, failed } = this.#life;
    const livedMs = this.#parts.clock.monotonicMs() - startedMs;
    this.#endsInRow = endsInRow(this.#endsInRow, livedMs);
    const againInMs = restartDelayMs(this.#endsInRow);
    const why = because ?? failed;
    // One that was told to end by hand has done so in order.
    this.#parts.log[code === 0 ? 'info' : 'error']('worker-ended', {
      ...{ worker: this.place.worker, workerPid, code, signal, livedMs: Math.round(livedMs), againInMs },
      ...(why === undefined ? {} : { because: why }),
    });
    return againInMs;
  }
}
