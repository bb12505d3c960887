/*
 * One connection to a node, read into a buffer of its own.
 *
 * INVARIANTS
 * - A buffer is read into again only once nothing that waits to be written lies in it: who has such a write takes
 *   the buffer away (`lend`), and another one is read into from then on.
 * - What happens on a connection is told to whoever has it now, and to nobody once it was let go.
 */
import { connect, type Socket } from 'node:net';
import { placeOf } from '../forward/dial.ts';
import type { Buffers } from './buffers.ts';
import { Lent } from './lent.ts';

export interface NodeListener {
  readonly connected: () => void;
  /** The bytes stand there only during the call. */
  readonly received: (bytes: Buffer, length: number) => void;
  /** Nothing more comes, without an error or with one. */
  readonly ended: (error: Error | undefined) => void;
  /** All that was to be written is written. */
  readonly drained: () => void;
}

export class NodeConnection {
  readonly socket: Socket;
  listener: NodeListener | undefined;
  isConnected = false;
  /** It has carried a request before. */
  isReused = false;
  /** When it was last let go, counted in looks of its pool, and by the clock. */
  idleSince = 0;
  idleSinceMs = 0;
  readonly #buffers: Buffers;
  readonly #lent: Lent;
  #buffer: Buffer;
  readonly #onLost: (connection: NodeConnection) => void;

  /** @param onLost it has ended while nobody had it */
  constructor(origin: URL, buffers: Buffers, listener: NodeListener, onLost: (connection: NodeConnection) => void) {
    this.#buffers = buffers;
    this.#lent = new Lent(buffers);
    this.#buffer = buffers.take();
    this.listener = listener;
    this.#onLost = onLost;
    const onread = {
      buffer: () => this.#buffer,
      callback: (length: number, bytes: Uint8Array) => this.#received(length, bytes as Buffer),
    };
    this.socket = connect({ ...placeOf(origin), noDelay: true, onread });
    this.socket.once('connect', () => this.#connected());
    this.socket.on('drain', () => this.listener?.drained());
    this.socket.on('end', () => this.#ended(undefined));
    this.socket.on('error', (error) => this.#ended(error));
    this.socket.once('close', () => this.#ended(undefined));
  }

  /**
   * A write waits in the buffer that was read into last. What was lent before comes back as far as it is free, or for a
   * client that always lags a little ever more would be lent.
   *
   * @param written so many of its bytes
   * @param waiting bytes, of all that was written for the client, that it has not taken
   */
  lend(written: number, waiting: number): void {
    this.#lent.add(this.#buffer, written);
    this.#lent.settle(waiting);
    this.#buffer = this.#buffers.take();
  }

  /** No write waits any more in what was lent. */
  flushed(): void {
    this.#lent.settle(0);
  }

  /** Nobody has it from now on. */
  letGo(): void {
    this.listener = undefined;
    this.isReused = true;
    this.#lent.forget();
  }

  destroy(): void {
    this.listener = undefined;
    this.socket.destroy();
  }

  #connected(): void {
    this.isConnected = true;
    this.listener?.connected();
  }

  #received(length: number, bytes: Buffer): boolean {
    if (this.listener === undefined) {
      // An answer that nobody asked for: what else it may say is not to be believed either.
      this.#onLost(this);
      this.socket.destroy();
      return true;
    }
    this.listener.received(bytes, length);
    return true;
  }

  #ended(error: Error | undefined): void {
    const { listener } = this;
    this.listener = undefined;
    if (listener === undefined) this.#onLost(this);
    this.socket.destroy();
    listener?.ended(error);
  }
}
