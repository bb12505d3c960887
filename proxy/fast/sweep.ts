/*
 * The one timer of the fast path. Deadlines are kept as times of this sweep, which cost nothing to set; they are
 * looked at every `everyMs`, so each is late by up to two such turns and never early.
 *
 * INVARIANTS
 * - Its time stands still while this process does: nobody is too late because we did not listen.
 */

const everyMs = 50;
/** A turn that took longer says that we were held up. */
const longestTurnMs = 250;

export interface Swept {
  readonly look: (nowMs: number) => void;
}

export class Sweep {
  readonly #swept = new Set<Swept>();
  readonly #timer: NodeJS.Timeout;
  #nowMs = 0;
  #lastMs = performance.now();
  #dateLine = '';
  #dateSecond = 0;

  constructor() {
    this.#timer = setInterval(() => this.#turn(), everyMs);
    this.#timer.unref();
  }

  /** The time by which something that begins now is too late. */
  deadline(ms: number): number {
    return this.#nowMs + everyMs + ms;
  }

  /** `Date: …` as it stands in an answer, with its CRLF. */
  get dateLine(): string {
    if (this.#dateLine === '') this.#tellDate();
    return this.#dateLine;
  }

  get size(): number {
    return this.#swept.size;
  }

  add(one: Swept): void {
    this.#swept.add(one);
  }

  delete(one: Swept): void {
    this.#swept.delete(one);
  }

  all(): readonly Swept[] {
    return [...this.#swept];
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #turn(): void {
    const now = performance.now();
    this.#nowMs += Math.min(longestTurnMs, now - this.#lastMs);
    this.#lastMs = now;
    this.#tellDate();
    for (const one of this.#swept) one.look(this.#nowMs);
  }

  #tellDate(): void {
    const second = Math.floor(Date.now() / 1_000);
    if (second === this.#dateSecond) return;
    this.#dateSecond = second;
    this.#dateLine = `Date: ${new Date(second * 1_000).toUTCString()}\r\n`;
  }
}
