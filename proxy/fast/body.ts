/** Where a body ends, told as its bytes come: by its length, by its chunks, or by the end of the connection. */
import { ChunkScanner, type Progress } from './chunks.ts';

const nothing: readonly number[] = [];

export class Body {
  /** Flat list of what goes on of the bytes fed last: from, to, from, to. */
  passed: readonly number[] = nothing;
  /** Where it ended in the bytes fed last, once it has. */
  end = 0;
  /** Where all goes on in one piece; kept, since this is done for every read. */
  readonly #run = [0, 0];
  readonly #chunks = new ChunkScanner();
  #isChunked = false;
  #left = 0;

  /** @param length bytes; -1: until the connection ends. Not asked where the body is in chunks. */
  begin(length: number, isChunked: boolean): void {
    this.#isChunked = isChunked;
    this.#left = length < 0 ? Number.POSITIVE_INFINITY : length;
    if (isChunked) this.#chunks.begin();
  }

  /** Bytes of a body in chunks that have come so far. */
  get chunkedBytes(): number {
    return this.#isChunked ? this.#chunks.dataBytes : 0;
  }

  /** What is wrong with its chunks, once they are `bad`. */
  get why(): string {
    return this.#chunks.why;
  }

  feed(bytes: Buffer, from: number, to: number): Progress {
    if (this.#isChunked) return this.#feedChunks(bytes, from, to);
    const end = this.#left < to - from ? from + this.#left : to;
    this.#left -= end - from;
    this.#run[0] = from;
    this.#run[1] = end;
    this.passed = end > from ? this.#run : nothing;
    this.end = end;
    return this.#left === 0 ? 'end' : 'more';
  }

  #feedChunks(bytes: Buffer, from: number, to: number): Progress {
    const progress = this.#chunks.feed(bytes, from, to);
    this.passed = this.#chunks.passed;
    this.end = this.#chunks.end;
    return progress;
  }
}
