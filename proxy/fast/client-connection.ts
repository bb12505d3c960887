/*
 * A client's connection, as long as the fast path understands all that comes on it.
 *
 * INVARIANTS
 * - Requests are answered in the order they came, one at a time; of what came after, no more is held than one read
 *   beyond the longest head.
 * - At the first byte that is not understood, the socket and every byte that was not served go to the slow path, and
 *   nothing here touches them again.
 */
import type { Socket } from 'node:net';
import { refusedUnserved, unknown } from '../ended.ts';
import type { Refusal } from '../forward/failure.ts';
import type { ClientInput } from './client-input.ts';
import { Exchange } from './exchange.ts';
import { closeLines } from './last-lines.ts';
import { Outgoing } from './outgoing.ts';
import type { FastParts } from './parts.ts';
import { halfAHead, lateHead, refusalText } from './refusal.ts';
import { RequestScanner } from './request-head.ts';
import { Shut } from './shut.ts';
import type { Sweep, Swept } from './sweep.ts';
import { mostCopied } from './upload.ts';

export interface ClientParts extends FastParts {
  readonly sweep: Sweep;
  /** Gives a socket away, with what was read of it. */
  readonly handOver: (socket: Socket, bytes: Buffer | undefined) => void;
}

/** `head`: some of one has come; `idle`: nothing of the next one. */
type State = 'new' | 'head' | 'idle' | 'busy' | 'over';

export class ClientConnection implements Swept {
  readonly socket: Socket;
  readonly #parts: ClientParts;
  readonly #input: ClientInput;
  readonly #scanner: RequestScanner;
  readonly #outgoing: Outgoing;
  readonly #exchange: Exchange;
  #state: State = 'new';
  #deadlineMs: number;
  /** Came, and is not served yet. */
  #rest: Buffer | undefined;
  /** So much of `#rest` was seen not to end a head. */
  #seen = 0;
  #isReading = false;
  /** The client has closed its side. */
  #shut: Shut | undefined;

  constructor(input: ClientInput, parts: ClientParts) {
    const { socket } = input;
    this.#input = input;
    this.socket = socket;
    this.#parts = parts;
    this.#scanner = new RequestScanner(parts.clientLimits.headerBytes);
    this.#outgoing = new Outgoing(socket.remoteAddress ?? 'unknown', parts.trustedProxies, parts.pseudonym);
    this.#exchange = new Exchange(this, parts, parts.sweep);
    this.#deadlineMs = parts.sweep.deadline(parts.clientLimits.headers);
    parts.sweep.add(this);
    input.listener = this.#onBytes;
    socket.on('drain', this.#onDrain);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  /** No request is under way on it. */
  get isIdle(): boolean {
    return !this.#exchange.isBusy;
  }

  get isShut(): boolean {
    return this.#shut !== undefined && this.#rest === undefined;
  }

  destroy(): void {
    this.socket.destroy();
  }

  look(nowMs: number): void {
    if (this.#state === 'busy') {
      this.#exchange.look(nowMs);
      this.#shut?.look(nowMs);
    } else if (nowMs >= this.#deadlineMs) this.#late();
  }

  #late(): void {
    if (this.#state === 'head') this.#refuse(lateHead);
    this.socket.destroy();
  }

  readonly #onBytes = (bytes: Buffer): void => {
    if (this.#state === 'over') return;
    this.#exchange.hears();
    this.#take(bytes);
    if (this.#input.isLending) this.#hold(bytes);
  };

  /** Something of what came may be needed later; what was needed before may be free by now. */
  #hold({ length }: Buffer): void {
    const exchange = this.#exchange;
    const isKept = this.#rest !== undefined || exchange.isHolding;
    if (exchange.borrowed > 0 || (isKept && length > mostCopied)) this.#input.lend(exchange.borrowed);
    else if (isKept) {
      exchange.own();
      if (this.#rest !== undefined) this.#rest = Buffer.from(this.#rest);
    }
    if (this.#input.hasLent && this.#rest === undefined && !exchange.isHolding) this.#input.settle(exchange.unwritten);
  }

  #take(bytes: Buffer): void {
    if (!this.#exchange.wantsBody) this.#keep(bytes);
    else {
      const end = this.#exchange.upload(bytes);
      if (end < bytes.length) this.#keep(bytes.subarray(end));
    }
    if (this.#state === 'busy') this.#bound();
    else this.#read();
  }

  #keep(bytes: Buffer): void {
    this.#rest = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
  }

  /** What is sent ahead waits with its sender, once enough of it waits here. */
  #bound(): void {
    if (this.#rest !== undefined && this.#rest.length > this.#parts.clientLimits.headerBytes) this.socket.pause();
  }

  /** Begins requests as long as none is under way. An answer that comes at once does not call this anew. */
  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#rest !== undefined && this.#state !== 'over' && !this.#exchange.isBusy) {
      if (!this.#readHead(this.#rest)) break;
    }
    this.#isReading = false;
    if (this.#shut !== undefined && !this.#exchange.isBusy) this.#onEnd();
  }

  /** Begins one request; false: there is none, or it is not for us. */
  #readHead(bytes: Buffer): boolean {
    if (this.#seen > 0 && bytes.indexOf('\r\n\r\n', Math.max(0, this.#seen - 3), 'latin1') < 0 && !this.#isLong(bytes))
      return this.#more(bytes);
    const verdict = this.#scanner.scan(bytes, 0, bytes.length);
    if (verdict === 'odd') return this.#handOver();
    if (verdict === 'more') return this.#more(bytes);
    const pool = this.#parts.routeOf(this.#scanner.host, this.#scanner.target);
    if (!pool.table.isPlain) return this.#handOver();
    this.#state = 'busy';
    this.#seen = 0;
    this.#rest = undefined;
    const outgoing = this.#outgoing.headOf(this.#scanner);
    const isCircle = this.#outgoing.isCircle(this.#scanner);
    const end = this.#exchange.begin(this.#scanner, { pool, outgoing, isCircle }, bytes);
    if (end < bytes.length) this.#keep(bytes.subarray(end));
    return true;
  }

  #isLong({ length }: Buffer): boolean {
    return length >= this.#parts.clientLimits.headerBytes;
  }

  #more({ length }: Buffer): false {
    const { sweep, clientLimits } = this.#parts;
    if (this.#state === 'idle') this.#deadlineMs = sweep.deadline(clientLimits.headers);
    this.#state = 'head';
    this.#seen = length;
    return false;
  }

  /** The answer has left; `closes`: it was the last one. */
  exchangeEnded(closes: boolean): void {
    if (this.#state === 'over') return;
    if (closes) {
      this.#leave();
      this.socket.destroySoon();
      return;
    }
    this.#state = 'idle';
    this.#deadlineMs = this.#parts.sweep.deadline(this.#parts.clientLimits.keepAlive);
    if (this.#rest !== undefined && this.#input.hasLent) this.#rest = Buffer.from(this.#rest);
    this.#input.settle(0);
    if (this.socket.isPaused()) this.socket.resume();
    this.#read();
  }

  #handOver(): false {
    const { socket } = this;
    // At the end of its stream nobody can be given what was read of it.
    if (this.#shut !== undefined) {
      this.#leave();
      socket.end();
      return false;
    }
    const rest = this.#rest === undefined ? undefined : Buffer.from(this.#rest);
    this.#state = 'over';
    this.#rest = undefined;
    this.#parts.sweep.delete(this);
    this.#input.letGo();
    socket.off('drain', this.#onDrain);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onClose);
    this.#parts.handOver(socket, rest);
    socket.off('error', this.#onError);
    return false;
  }

  readonly #onDrain = (): void => this.#exchange.drained();

  /** The client says no more. What it has asked for as a whole it may still wait for: see half-closed.ts. */
  readonly #onEnd = (): void => {
    const { socket } = this;
    if (this.#state === 'busy' && !this.#exchange.wantsBody) {
      this.#shut = new Shut(socket, this.#parts.sweep);
      return;
    }
    if (this.#state === 'head') this.#refuse(halfAHead);
    this.#leave();
    socket.end();
  };

  /** What has come is no whole head. */
  #refuse(refusal: Refusal): void {
    refusedUnserved(this.#parts, refusal.status, { client: this.socket, path: 'fast', about: unknown });
    const last = `${this.#parts.sweep.dateLine}${closeLines}`;
    this.socket.write(refusalText(refusal, last, false), 'latin1');
  }

  readonly #onError = (): void => {
    this.socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#leave();
    this.#parts.sweep.delete(this);
  };

  #leave(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#deadlineMs = this.#parts.sweep.deadline(this.#parts.limits.idleMs);
    this.#rest = undefined;
    this.#exchange.abort();
  }
}
