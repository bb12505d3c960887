import type { Socket } from 'node:net';
import { reset } from '../forward/reset.ts';
import { halfClosedMs, seemsGone } from '../half-closed.ts';
import type { Sweep } from './sweep.ts';

/** A client that has closed its side, and either waits for its answer or has gone: see half-closed.ts. */
export class Shut {
  readonly #socket: Socket;
  readonly #bytes: number;
  #lookMs: number;

  constructor(socket: Socket, sweep: Sweep) {
    this.#socket = socket;
    this.#bytes = socket.bytesWritten;
    this.#lookMs = sweep.deadline(halfClosedMs);
  }

  /** Looks once whether it has gone; later it is known by what it does with its answer. */
  look(nowMs: number): void {
    if (nowMs < this.#lookMs) return;
    this.#lookMs = Number.POSITIVE_INFINITY;
    if (seemsGone(this.#socket, this.#bytes)) reset(this.#socket);
  }
}
