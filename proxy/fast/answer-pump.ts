/*
 * Passes one answer from a node on to a client, as it comes.
 *
 * INVARIANTS
 * - Nothing is written for the client before the head of the answer was understood as a whole, interim answers aside.
 * - An answer that its node ends by closing goes on in chunks, so that its end can be told from a failure.
 */
import type { Socket } from 'node:net';
import { mostInterim } from '../forward/interim.ts';
import { AnswerScanner } from './answer-head.ts';
import { Body } from './body.ts';

/** `waiting`: for its head; `invalid`: and nothing was written; `cut`: and something was. */
export type AnswerProgress = 'waiting' | 'answering' | 'answered' | 'invalid' | 'cut';

/** Up to here one write of text costs less than two writes. */
const mostText = 15_000;

/** Fewer bytes than this are copied. */
const mostCopied = 8_192;

const switching = 101;
const lastChunk = '0\r\n\r\n';

export class AnswerPump {
  /** So many bytes of what was written last lie in the node's buffer. */
  heldBytes = 0;
  readonly #client: Socket;
  readonly #lastLines: (hasDate: boolean) => string;
  readonly #scanner = new AnswerScanner();
  readonly #body = new Body();
  #part: Buffer | undefined;
  #isToHead = false;
  #hasHead = false;
  #endsByClose = false;
  #isDirty = false;
  #interim = 0;

  /** @param lastLines what we add to the head, and the empty line */
  constructor(client: Socket, lastLines: (hasDate: boolean) => string) {
    this.#client = client;
    this.#lastLines = lastLines;
  }

  begin(isToHead: boolean): void {
    this.#isToHead = isToHead;
    this.#hasHead = false;
    this.#interim = 0;
    this.#part = undefined;
    this.#isDirty = false;
  }

  get status(): number {
    return this.#scanner.status;
  }

  /** May the connection carry another request, once the answer has ended? */
  get keepsAlive(): boolean {
    return this.#scanner.keepsAlive && !this.#isDirty;
  }

  received(bytes: Buffer, length: number): AnswerProgress {
    this.heldBytes = 0;
    if (this.#hasHead) return this.#more(bytes, length);
    if (this.#part === undefined) return this.#heads(bytes, length);
    const whole = Buffer.concat([this.#part, bytes.subarray(0, length)]);
    this.#part = undefined;
    return this.#heads(whole, whole.length);
  }

  /** The node has closed without an error. */
  ended(): AnswerProgress {
    if (!this.#hasHead) return 'waiting';
    if (!this.#endsByClose) return 'cut';
    this.#client.write(lastChunk, 'latin1');
    return 'answered';
  }

  #heads(bytes: Buffer, to: number): AnswerProgress {
    const scanner = this.#scanner;
    for (let at = 0; ; at = scanner.end) {
      const verdict = scanner.scan(bytes, at, to, this.#isToHead);
      if (verdict === 'odd') return 'invalid';
      if (verdict === 'more') {
        this.#part = Buffer.from(bytes.subarray(at, to));
        return 'waiting';
      }
      if (!scanner.isInterim) return this.#first(bytes, scanner.end, to);
      this.#interim += 1;
      // Nothing can come behind one that closes.
      if (scanner.status === switching || !scanner.keepsAlive || this.#interim > mostInterim) return 'invalid';
      // Nobody waits for a 100 here: who does is served elsewhere, and hears it from us.
      if (scanner.status !== 100) this.#client.write(`${scanner.lines}\r\n`, 'latin1');
    }
  }

  #first(bytes: Buffer, at: number, to: number): AnswerProgress {
    const { length, isChunked, hasDate, lines } = this.#scanner;
    const body = this.#body;
    this.#endsByClose = length < 0 && !isChunked;
    body.begin(length, isChunked);
    const progress = length === 0 && !isChunked ? 'end' : body.feed(bytes, at, to);
    if (progress === 'bad') return 'invalid';
    this.#hasHead = true;
    const coding = this.#endsByClose ? 'Transfer-Encoding: chunked\r\n' : '';
    const head = `${lines}${coding}${this.#lastLines(hasDate)}`;
    if (length === 0 && !isChunked) {
      this.#isDirty = at < to;
      this.#client.write(head, 'latin1');
      return 'answered';
    }
    this.#write(bytes, head);
    return this.#after(progress, to);
  }

  #more(bytes: Buffer, length: number): AnswerProgress {
    const progress = this.#body.feed(bytes, 0, length);
    if (progress === 'bad') return 'cut';
    this.#write(bytes, '');
    return this.#after(progress, length);
  }

  #after(progress: 'more' | 'end', to: number): AnswerProgress {
    if (progress === 'more') return 'answering';
    this.#isDirty = this.#body.end < to;
    return 'answered';
  }

  #write(bytes: Buffer, head: string): void {
    const { passed } = this.#body;
    const [from = 0, to = 0] = passed;
    if (this.#endsByClose) this.#wrap(bytes, head, from, to);
    else if (passed.length <= 2 && head.length > 0 && to - from < mostText)
      this.#client.write(head + bytes.toString('latin1', from, to), 'latin1');
    else this.#pieces(bytes, head);
  }

  #wrap(bytes: Buffer, head: string, from: number, to: number): void {
    const size = to > from ? `${(to - from).toString(16)}\r\n` : '';
    this.#client.write(`${head}${size}${bytes.toString('latin1', from, to)}${size === '' ? '' : '\r\n'}`, 'latin1');
  }

  #pieces(bytes: Buffer, head: string): void {
    const { passed } = this.#body;
    const client = this.#client;
    const isMany = head !== '' || passed.length > 2;
    if (isMany) client.cork();
    if (head !== '') client.write(head, 'latin1');
    let size = 0;
    for (let at = 0; at + 1 < passed.length; at += 2) size += (passed[at + 1] ?? 0) - (passed[at] ?? 0);
    // A few bytes that wait would hold the whole buffer.
    this.heldBytes = size >= mostCopied ? size : 0;
    for (let at = 0; at + 1 < passed.length; at += 2) {
      const piece = bytes.subarray(passed[at], passed[at + 1]);
      client.write(this.heldBytes > 0 ? piece : Buffer.from(piece));
    }
    if (isMany) client.uncork();
  }
}
