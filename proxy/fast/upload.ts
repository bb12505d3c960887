/** The body of a request on its way to a node: held until a connection stands, passed on from then on. */
import type { Socket } from 'node:net';
import { Body } from './body.ts';

/** Up to here one write of text costs less than two writes. */
const mostText = 15_000;

/** Fewer bytes than this are copied: a few that wait would keep a whole buffer from being read into. */
export const mostCopied = 16_384;

export class Upload {
  /** The whole of it has come. */
  isDone = true;
  hasBody = false;
  /** It is larger than a client may send. */
  isTooLarge = false;
  /** So many of the bytes that the client sent last were written where they lie. */
  borrowed = 0;
  readonly #body = new Body();
  readonly #held: Buffer[] = [];
  readonly #mostBytes: number;
  #heldBytes = 0;
  #isSwallowing = false;

  /** @param mostBytes of data that a client may send */
  constructor(mostBytes = Number.POSITIVE_INFINITY) {
    this.#mostBytes = mostBytes;
  }

  /** What is wrong with it, where it is not in chunks. */
  get why(): string {
    return this.#body.why;
  }

  begin(length: number, isChunked: boolean): void {
    this.drop();
    this.#isSwallowing = false;
    this.hasBody = isChunked || length > 0;
    this.isDone = !this.hasBody;
    this.isTooLarge = length > this.#mostBytes;
    if (this.hasBody) this.#body.begin(length, isChunked);
  }

  /** Holds what belongs to the body; returns where it or what was given ends, -1: it is not in chunks. */
  take(bytes: Buffer, from: number, to: number): number {
    if (this.#isSwallowing) return to;
    const progress = this.#body.feed(bytes, from, to);
    if (progress === 'bad') return -1;
    if (this.#body.chunkedBytes > this.#mostBytes) this.isTooLarge = true;
    const { passed } = this.#body;
    for (let at = 0; at + 1 < passed.length; at += 2) {
      const piece = bytes.subarray(passed[at], passed[at + 1]);
      this.#held.push(piece);
      this.#heldBytes += piece.length;
    }
    if (progress === 'more') return to;
    this.isDone = true;
    return this.#body.end;
  }

  /** Writes what is held, after the head where one is given. */
  flush(socket: Socket, head: string): void {
    const [first] = this.#held;
    if (first === undefined) {
      if (head !== '') socket.write(head, 'latin1');
      return;
    }
    if (head !== '' && this.#held.length === 1 && this.#heldBytes < mostText)
      socket.write(head + first.toString('latin1', 0, first.length), 'latin1');
    else this.#pieces(socket, head);
    this.drop();
  }

  get isHolding(): boolean {
    return this.#heldBytes > 0;
  }

  /** Copies what is held. */
  own(): void {
    for (const [at, piece] of this.#held.entries()) this.#held[at] = Buffer.from(piece);
  }

  drop(): void {
    if (this.#heldBytes === 0) return;
    this.#held.length = 0;
    this.#heldBytes = 0;
  }

  /** Nobody knows where it ends, so nothing more is taken. */
  spoil(): void {
    this.drop();
    this.isDone = true;
  }

  /** Nobody knows where it ends, and nobody wants it: from here on all belongs to it. */
  swallow(): void {
    this.drop();
    this.#isSwallowing = true;
  }

  #pieces(socket: Socket, head: string): void {
    const isMany = head !== '' || this.#held.length > 1;
    if (isMany) socket.cork();
    if (head !== '') socket.write(head, 'latin1');
    for (const piece of this.#held) {
      const isSmall = piece.length <= mostCopied;
      if (!isSmall) this.borrowed += piece.length;
      socket.write(isSmall ? Buffer.from(piece) : piece);
    }
    if (isMany) socket.uncork();
  }
}
