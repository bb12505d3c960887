/*
 * What a client sends, read into a buffer of its connection's own instead of a new one with each read: those cost more
 * in collecting than all else of a large upload together.
 *
 * Node has this for connections that one opens (`onread` of `net.connect`), and for those that a server accepts only in
 * the constructor of a socket, which wants the accepted one's handle. Where there is no such handle, the accepted
 * socket is read as ever.
 *
 * INVARIANTS
 * - A buffer that was lent is read into again only once it was given back.
 * - A connection is counted by its server until it is closed, whichever socket it is read through.
 */
import { Socket } from 'node:net';
import type { Buffers } from './buffers.ts';
import { Lent } from './lent.ts';

export class ClientInput {
  /** Hears what comes, which stands there only during the call; undefined: it is read like from any other socket. */
  listener: ((bytes: Buffer) => void) | undefined;
  readonly socket: Socket;
  readonly #buffers: Buffers;
  readonly #lent: Lent;
  #buffer: Buffer | undefined;

  /** @param given accepted, and not read yet */
  constructor(given: Socket, buffers: Buffers) {
    this.#buffers = buffers;
    this.#lent = new Lent(buffers);
    this.socket = this.#takeOver(given) ?? given;
    this.socket.once('close', () => this.#giveBack());
    if (this.socket !== given) return;
    given.on('data', this.#onData);
    given.resume();
  }

  /**
   * The bytes heard last are in use: another buffer is read into until they are given back.
   *
   * @param written so many of them wait for a node to take them
   */
  lend(written: number): void {
    if (this.#buffer === undefined) return;
    this.#lent.add(this.#buffer, written);
    this.#buffer = this.#buffers.take();
  }

  /** Does what was heard last stand there only during the call? */
  get isLending(): boolean {
    return this.#buffer !== undefined;
  }

  get hasLent(): boolean {
    return this.#lent.count > 0;
  }

  /** What was lent is in use only as far as a node has not taken it yet: so many bytes. */
  settle(waiting: number): void {
    this.#lent.settle(waiting);
  }

  /** The socket goes to somebody who reads it himself. */
  letGo(): void {
    this.listener = undefined;
    this.socket.off('data', this.#onData);
  }

  #takeOver(given: Socket): Socket | undefined {
    const handle: unknown = Reflect.get(given, '_handle');
    if (given.constructor !== Socket || typeof handle !== 'object' || handle === null) return undefined;
    if (typeof Reflect.get(handle, 'useUserBuffer') !== 'function') return undefined;
    this.#buffer = this.#buffers.take();
    const buffer = (): Buffer => this.#buffer ?? this.#buffers.take();
    const onread = { buffer, callback: (length: number, bytes: Uint8Array) => this.#received(bytes as Buffer, length) };
    const server: unknown = Reflect.get(given, '_server');
    Reflect.set(given, '_handle', null);
    Reflect.set(given, '_server', null);
    const options = { handle, allowHalfOpen: true, onread };
    const socket = new Socket(options);
    Reflect.set(socket, '_server', server);
    return socket;
  }

  /** What a write waits in was lent, and another buffer is read into since: this one is free once nothing is read. */
  #giveBack(): void {
    if (this.#buffer !== undefined) this.#buffers.giveBack(this.#buffer);
    this.#buffer = undefined;
  }

  #received(bytes: Buffer, length: number): boolean {
    if (this.listener === undefined) return this.socket.push(Buffer.from(bytes.subarray(0, length)));
    this.listener(bytes.subarray(0, length));
    return true;
  }

  readonly #onData = (bytes: Buffer): void => this.listener?.(bytes);
}
