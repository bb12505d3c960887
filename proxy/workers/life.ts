/*
 * One process of a worker, from its start to its end, as the first process knows it.
 *
 * INVARIANTS
 * - What it has counted is known, as of its last second, also after its end.
 * - It is asked one thing at a time, and every question has a deadline.
 */
import type { Clock } from '../../pool/clock.ts';
import { countersOf, type Numbers, withCounters } from '../numbers.ts';
import { type FromWorker, type Order, parseFromWorker, type ReadFiles, type Told } from './messages.ts';
import type { StartWorker, WorkerEnd, WorkerProcess } from './process.ts';

export interface LifeParts {
  readonly start: StartWorker;
  readonly files: ReadFiles;
  readonly clock: Clock;
  readonly onServing: (url: string) => void;
}

/** Long for a turn of the event loop, short for who asks the admin port. */
const answerWithinMs = 1_000;

export class Life {
  readonly router: string;
  readonly startedMs: number;
  readonly ended: Promise<WorkerEnd>;
  isServing = false;
  /** Why it could not begin to serve, in its own words. */
  failed: string | undefined;
  heardMs: number;
  readonly #process: WorkerProcess;
  readonly #parts: LifeParts;
  #counters: Numbers | undefined;
  #told: Told | undefined;
  #isOver = false;
  #ask = 0;
  #asking: Promise<boolean> | undefined;
  #answer = new AbortController();

  constructor(order: Order, parts: LifeParts) {
    this.#parts = parts;
    this.router = order.router;
    this.startedMs = parts.clock.monotonicMs();
    this.heardMs = this.startedMs;
    let ended: (end: WorkerEnd) => void = () => undefined;
    this.ended = new Promise((resolve) => {
      ended = resolve;
    });
    this.#process = parts.start(order, (message) => this.#hear(message), ended);
    this.#process.send({ kind: 'begin', files: parts.files });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** What it told last, with what it has counted since; undefined: it has told nothing yet. */
  get told(): Told | undefined {
    if (this.#told === undefined || this.#counters === undefined) return this.#told;
    return { ...this.#told, numbers: withCounters(this.#told.numbers, this.#counters) };
  }

  get counters(): Numbers | undefined {
    return this.#counters;
  }

  /** It has ended: nothing that it told of itself holds any more, but what it has counted. */
  over(): void {
    this.isServing = false;
    this.#told = undefined;
    this.#isOver = true;
  }

  /** Has it told how it is, just now? What it told stands in `told`. */
  ask(): Promise<boolean> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  reopenLogs(): void {
    this.#process.send({ kind: 'reopen-logs' });
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#process.kill(signal);
  }

  async #askOnce(): Promise<boolean> {
    this.#ask += 1;
    this.#answer = new AbortController();
    const { signal } = this.#answer;
    this.#process.send({ kind: 'tell', ask: this.#ask });
    await this.#parts.clock.sleep(answerWithinMs, signal);
    return signal.aborted;
  }

  #hear(given: unknown): void {
    const message = parseFromWorker(given);
    if (message === undefined || this.#isOver) return;
    this.heardMs = this.#parts.clock.monotonicMs();
    this.#take(message);
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'serving':
        this.isServing = true;
        this.#parts.onServing(message.url);
        return;
      case 'failed':
        this.failed = message.because;
        return;
      case 'alive':
        this.#counters = message.counters;
        return;
      case 'told':
        this.#told = message;
        this.#counters = countersOf(message.numbers);
        if (message.ask === this.#ask) this.#answer.abort();
    }
  }
}
