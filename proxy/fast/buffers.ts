/** Buffers that connections read into, kept for the next one that needs one. */

/** A body of 64 KiB comes in one read, with its head. */
const bytesEach = 67_584;
/** More are left to the collector. */
const mostFree = 32;

export class Buffers {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(bytesEach);
  }

  /** Nothing reads into it any more, and no write waits in it. */
  giveBack(buffer: Buffer): void {
    if (this.#free.length < mostFree) this.#free.push(buffer);
  }
}
