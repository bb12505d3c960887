/*
 * Buffers in which writes to one socket still wait, oldest first.
 *
 * INVARIANTS
 * - None is given back in which a byte may lie that the socket has not taken: of what waits there, each holds no more
 *   than was told of it, and what waits is what was written last.
 * - So no more are out than what waits for the socket needs, however long the body is.
 */
import type { Buffers } from './buffers.ts';

export class Lent {
  readonly #home: Pick<Buffers, 'giveBack'>;
  readonly #buffers: Buffer[] = [];
  readonly #bytes: number[] = [];

  constructor(home: Pick<Buffers, 'giveBack'>) {
    this.#home = home;
  }

  get count(): number {
    return this.#buffers.length;
  }

  /** @param bytes that were written out of it, none where that is yet to come */
  add(buffer: Buffer, bytes: number): void {
    this.#buffers.push(buffer);
    this.#bytes.push(bytes);
  }

  /** @param waiting bytes that the socket has not taken yet, of all that was written to it */
  settle(waiting: number): void {
    let first = this.#buffers.length;
    for (let covered = 0; first > 0 && covered < waiting; ) {
      first -= 1;
      covered += this.#bytes[first] ?? 0;
    }
    if (first === 0) return;
    for (const buffer of this.#buffers.splice(0, first)) this.#home.giveBack(buffer);
    this.#bytes.splice(0, first);
  }

  /** Their writes outlast whoever lent them: they are left to the collector. */
  forget(): void {
    this.#buffers.length = 0;
    this.#bytes.length = 0;
  }
}
