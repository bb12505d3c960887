/** One end of a connection: what came over it, in canonical form, and how it ended. */
import type { Socket } from 'node:net';
import { Canon, type CanonRules } from './canon.ts';

const mostRaw = 4_096;

export type Ending = 'closed' | 'reset';

export class Peer {
  /** The first of what came, as it came. */
  raw = '';
  readonly actual: Canon;
  /** What the file says so far, in the same form. */
  readonly expected: Canon;
  /** How far what came has been compared. */
  cursor = 0;
  ending: Ending | undefined;
  isBound = false;
  #hasLeft = false;
  readonly #socket: Socket;
  readonly #onChange: () => void;

  constructor(socket: Socket, rules: CanonRules, onChange: () => void) {
    this.#socket = socket;
    this.#onChange = onChange;
    this.actual = new Canon(rules);
    this.expected = new Canon(rules);
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => {
      const text = data.toString('latin1');
      if (this.raw.length < mostRaw) this.raw += text;
      this.actual.feed(text);
      onChange();
    });
    socket.once('end', () => this.#ended('closed'));
    socket.once('error', () => this.#ended('reset'));
    socket.once('close', () => this.#ended('closed'));
  }

  get hasUnread(): boolean {
    return this.actual.text.length > this.cursor || this.actual.hasHalfHead;
  }

  get port(): number {
    return this.#socket.remotePort ?? 0;
  }

  send(bytes: string): void {
    this.#socket.write(bytes, 'latin1');
  }

  /** Nothing more is sent, but what comes is still read. */
  shut(): void {
    this.#socket.end();
  }

  close(): void {
    this.#hasLeft = true;
    this.#socket.end(() => this.#socket.destroy());
  }

  reset(): void {
    this.#hasLeft = true;
    this.#socket.resetAndDestroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Bytes that were sent and that nobody has taken. */
  get waiting(): number {
    return this.#socket.writableLength;
  }

  #ended(how: Ending): void {
    if (this.ending !== undefined) return;
    this.ending = how;
    // What it cuts short itself is no news.
    if (!this.#hasLeft) this.actual.close();
    this.#onChange();
  }
}
