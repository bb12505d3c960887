/*
 * What is left of an exchange once its answer is written: the client has not taken all of it yet (`flushing`), or is
 * still sending its request (`lingering`).
 *
 * INVARIANTS
 * - It is told to have ended exactly once, or its client's connection is closed.
 * - A client that takes something, however slowly, is never cut off; one that takes nothing is, after `idleMs`.
 */
import type { Socket } from 'node:net';
import { Movement } from './movement.ts';
import type { Sweep } from './sweep.ts';
import type { Upload } from './upload.ts';

/** How long, and how much of, a request's body is still read once its answer stands. */
const lingerMs = 1_000;
const lingerBytes = 1 << 20;

export class Tail {
  readonly #client: Socket;
  readonly #upload: Upload;
  readonly #idleMs: number;
  readonly #sweep: Sweep;
  readonly #onEnd: () => void;
  readonly #movement = new Movement();
  #state: 'none' | 'flushing' | 'lingering' = 'none';
  #deadlineMs = 0;
  #lingered = 0;

  /** @param onEnd the answer has left, and no more of the request is read */
  constructor(client: Socket, upload: Upload, idleMs: number, sweep: Sweep, onEnd: () => void) {
    this.#client = client;
    this.#upload = upload;
    this.#idleMs = idleMs;
    this.#sweep = sweep;
    this.#onEnd = onEnd;
  }

  /** The answer is written: it has left once the system has taken it. */
  begin(): void {
    const client = this.#client;
    if (!this.#upload.isDone) {
      this.#rest('lingering', lingerMs);
      this.#lingered = 0;
      client.resume();
    } else if (client.writableLength === 0) this.#onEnd();
    else {
      this.#rest('flushing', this.#idleMs);
      client.write('', 'latin1', (error) => {
        // Where it could not be taken the client has gone, which is told by its end.
        if (!error && this.#state === 'flushing') this.#end();
      });
    }
  }

  /** Closing on unread data resets a connection, and the client would lose the answer that it has not read yet. */
  linger(bytes: number): void {
    this.#upload.drop();
    this.#lingered += bytes;
    if (this.#upload.isDone || this.#lingered > lingerBytes) this.#end();
  }

  /** The client has gone. */
  abort(): void {
    this.#state = 'none';
  }

  look(nowMs: number): void {
    if (this.#state === 'flushing' && this.#movement.hasMoved(this.#client)) this.#rest('flushing', this.#idleMs);
    if (nowMs < this.#deadlineMs || this.#state === 'none') return;
    if (this.#state === 'lingering') this.#end();
    else this.#client.destroy();
  }

  #end(): void {
    this.#state = 'none';
    this.#onEnd();
  }

  #rest(state: 'flushing' | 'lingering', ms: number): void {
    this.#state = state;
    this.#deadlineMs = this.#sweep.deadline(ms);
  }
}
