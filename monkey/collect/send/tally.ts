import type { Sent } from '../metric-sink.ts';

/** Counts what became of the lines of one sending. Every line is either handed over or failed. */
export class Tally {
  readonly #all: number;
  #lines = 0;
  #datagrams = 0;
  #failedLines = 0;
  #tooLong = 0;
  /**
   * In the order in which they were first met; a handful of kinds, so it stays short. Without counts: a round is many
   * sendings, of which each would tell its own.
   */
  readonly #because = new Set<string>();

  constructor(all: number) {
    this.#all = all;
  }

  handedOver(lines: number): void {
    this.#lines += lines;
    this.#datagrams += 1;
  }

  failed(lines: number, because: string): void {
    this.#failedLines += lines;
    this.#because.add(because);
  }

  tooLong(lines: number, because: string): void {
    this.#tooLong += lines;
    this.failed(lines, because);
  }

  /** What is worth telling though no line fails by it. */
  remark(because: string): void {
    this.#because.add(because);
  }

  /** The lines of which nothing was heard so far have failed too, for this reason. */
  end(becauseOfTheRest: string): Sent {
    const rest = this.#all - this.#lines - this.#failedLines;
    if (rest > 0) this.failed(rest, becauseOfTheRest);
    return {
      lines: this.#lines,
      datagrams: this.#datagrams,
      failedLines: this.#failedLines,
      tooLong: this.#tooLong,
      because: this.#because.size === 0 ? null : [...this.#because].join('; '),
    };
  }
}
