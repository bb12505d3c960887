/*
 * One request of a client at a time, from its head to the end of its answer. It is used again for the next one, so
 * that a request makes no objects of its own.
 *
 * INVARIANTS
 * - A request counts as in flight from its head until its answer has left this process, or its client has gone.
 * - Once some of its body was sent, no other node is asked.
 * - A node that dies in mid-answer closes the client's connection: never a hang, never an end that looks whole.
 */
import { isSafeMethod, type Refusal, refusalFor, type TryEnd } from '../forward/failure.ts';
import { Retries } from '../forward/retries.ts';
import type { Routed } from '../routed-pool.ts';
import { stickyKey } from '../sticky.ts';
import { closeLines, keptLines, linesOf } from './last-lines.ts';
import { headersIn } from './outgoing.ts';
import type { Beginning, ClientSide, FastParts } from './parts.ts';
import { ifPlain } from './plain.ts';
import { badChunks, loop, overloaded, refusalText, tooLarge } from './refusal.ts';
import type { RequestScanner } from './request-head.ts';
import { servedFast } from './served.ts';
import type { Sweep } from './sweep.ts';
import { Tail } from './tail.ts';
import type { TriedOut } from './tried-out.ts';
import { Try } from './try.ts';
import { Upload } from './upload.ts';

/** `ending`: the answer is written. */
type State = 'idle' | 'trying' | 'ending';

const nobodyTried: readonly [] = [];

export class Exchange implements TriedOut {
  head = '';
  isSafe = false;
  isToHead = false;
  firstByteMs = 0;
  readonly #client: ClientSide;
  readonly #parts: FastParts;
  readonly #sweep: Sweep;
  readonly #upload: Upload;
  readonly #keptLines: string;
  readonly #try: Try;
  readonly #tail: Tail;
  #state: State = 'idle';
  #uploadDeadlineMs = 0;
  #startedMs = 0;
  #closes = false;
  #status = 0;
  #tries = 0;
  #pool: Routed | undefined;
  #key: number | undefined;
  #retries: Retries | undefined;

  constructor(client: ClientSide, parts: FastParts, sweep: Sweep) {
    this.#client = client;
    this.#parts = parts;
    this.#sweep = sweep;
    this.#keptLines = keptLines(parts.clientLimits.keepAlive);
    this.#upload = new Upload(parts.clientLimits.bodyBytes);
    this.#try = new Try(client.socket, this, this.#upload, parts, sweep);
    this.#tail = new Tail(client.socket, this.#upload, parts.limits.idleMs, sweep, () => this.#done(this.#status));
  }

  get isBusy(): boolean {
    return this.#state !== 'idle';
  }

  /** More of the request's body is to come. */
  get wantsBody(): boolean {
    return this.#state !== 'idle' && !this.#upload.isDone;
  }

  /**
   * Begins a request whose head was read; returns where it ends in these bytes, or that all of them are its own.
   */
  begin(request: RequestScanner, { pool, outgoing, isCircle }: Beginning, bytes: Buffer): number {
    const to = bytes.length;
    const { load, clock, clientLimits } = this.#parts;
    load.inFlight += 1;
    this.#startedMs = clock.monotonicMs();
    this.head = outgoing;
    this.isSafe = isSafeMethod(request.method);
    this.isToHead = request.method === 'HEAD';
    this.#closes = request.wantsClose || isCircle;
    this.#tries = 0;
    this.#retries = undefined;
    this.#state = 'trying';
    this.#upload.begin(request.length, request.isChunked);
    const end = this.#upload.hasBody ? this.#upload.take(bytes, request.end, to) : request.end;
    if (!this.#upload.isDone) this.#uploadDeadlineMs = this.#sweep.deadline(clientLimits.request);
    if (end < 0) this.#spoilt();
    else if (isCircle) this.#refuse(loop);
    else if (this.#upload.isTooLarge) this.#tooLarge();
    else if (load.inFlight > clientLimits.inFlight) this.#refuse(overloaded);
    else this.#choose(pool, request.target);
    return end < 0 ? to : end;
  }

  #choose(pool: Routed, target: string): void {
    this.#pool = pool;
    pool.budget.requestCame(this.#startedMs);
    this.#key = pool.sticky === undefined ? undefined : stickyKey(pool.sticky, headersIn(this.head));
    this.firstByteMs = this.#parts.firstByteMs(target);
    const choice = pool.table.choose(nobodyTried, this.#key, this.#startedMs);
    if (choice === undefined) this.#refuse(pool.nobody());
    else {
      this.#tries = 1;
      this.#try.start(pool, choice, false);
    }
  }

  /** Something of the request's body waits for its node, not written to it yet. */
  get isHolding(): boolean {
    return this.#upload.isHolding;
  }

  /** The client sends something: what it sent before is no longer `borrowed`. */
  hears(): void {
    this.#upload.borrowed = 0;
  }

  /** Bytes of what the client sent last that wait there for the node to take them. */
  get borrowed(): number {
    return this.#try.unwritten === 0 ? 0 : this.#upload.borrowed;
  }

  /** Bytes written to the node that it has not taken. */
  get unwritten(): number {
    return this.#try.unwritten;
  }

  /** Copies what it holds, so that it waits in no buffer of others. */
  own(): void {
    this.#upload.own();
  }

  /** More from the client; returns where the body ends in it, or that all of it belongs to the body. */
  upload(bytes: Buffer): number {
    const end = this.#upload.take(bytes, 0, bytes.length);
    if (this.#state !== 'trying') {
      // Behind an answer that stands comes what may: it is thrown away.
      if (end < 0) this.#upload.swallow();
      this.#tail.linger(bytes.length);
    } else if (end < 0) this.#spoilt();
    else if (this.#upload.isTooLarge) this.#tooLarge();
    else this.#try.uploaded();
    return end < 0 ? bytes.length : end;
  }

  #tooLarge(): void {
    this.#parts.telemetry.bodyRefused();
    this.#breakOff(tooLarge);
  }

  /** Where a body in chunks is none, nobody knows any more where it ends. */
  #spoilt(): void {
    this.#upload.spoil();
    this.#breakOff(badChunks(this.#upload.why));
  }

  /** No more of the request goes to a node. An answer under way cannot be taken back: it is cut short. */
  #breakOff(refusal: Refusal): void {
    const hasAnswer = this.#state !== 'trying' || this.#try.isAnswering;
    this.#try.abort();
    this.#closes = true;
    if (hasAnswer) this.#client.socket.destroy();
    else this.#refuse(refusal);
  }

  readonly tried = (end: TryEnd): void => {
    switch (end.kind) {
      case 'answered':
        this.#answered(this.#try.status);
        return;
      case 'cut':
        this.#client.socket.destroy();
        return;
      case 'client-gone':
        return;
      case 'failed':
        this.#again(end);
    }
  };

  #again(end: Extract<TryEnd, { kind: 'failed' }>): void {
    const { choice } = this.#try;
    const pool = this.#pool;
    if (choice === undefined || pool === undefined) return;
    this.#retries ??= new Retries(pool, this.#key, this.#parts);
    const bodyTouched = end.sent && this.#upload.hasBody;
    const { isSafe, firstByteMs } = this;
    const next = ifPlain(pool, this.#retries.after(end, choice, { isSafe, bodyTouched, firstByteMs }));
    if (next === undefined) this.#refuse(refusalFor(end.because));
    else {
      this.#tries += 1;
      this.#try.start(pool, next, this.#retries.wantsFresh);
    }
  }

  readonly lastLines = (hasDate: boolean): string => {
    if (!this.#upload.isDone || this.#client.isShut || this.#parts.isStopping()) this.#closes = true;
    const notes = this.#tries === 0 ? '' : linesOf(this.#try.choice?.notes ?? nobodyTried);
    const tries = this.#tries > 1 ? `x-doctor-monkey-tries: ${this.#tries}\r\n` : '';
    const last = this.#closes ? closeLines : this.#keptLines;
    return `${tries}${notes}${hasDate ? '' : this.#sweep.dateLine}${last}`;
  };

  #refuse(refusal: Refusal): void {
    this.#tries = 0;
    this.#upload.drop();
    this.#client.socket.write(refusalText(refusal, this.lastLines(false), this.isToHead), 'latin1');
    this.#answered(refusal.status);
  }

  #answered(status: number): void {
    this.#status = status;
    this.#state = 'ending';
    this.#tail.begin();
  }

  #done(status: number | undefined): void {
    const { load, clock, telemetry, accessLog } = this.#parts;
    const ms = clock.monotonicMs() - this.#startedMs;
    load.inFlight -= 1;
    this.#state = 'idle';
    telemetry.requestEnded(status, ms);
    const asked = this.#tries === 0 ? undefined : this.#try.choice;
    if (accessLog?.wants() === true) accessLog.write(servedFast(status, ms, this.head, this.#client, asked));
    if (status !== undefined) this.#client.exchangeEnded(this.#closes);
  }

  /** The client has taken what was written for it. */
  drained(): void {
    this.#try.clientDrained();
  }

  /** The client has gone. */
  abort(): void {
    this.#try.abort();
    this.#tail.abort();
    if (this.#state !== 'idle') this.#done(undefined);
  }

  look(nowMs: number): void {
    if (this.#state !== 'trying') this.#tail.look(nowMs);
    else if (!this.#upload.isDone && nowMs >= this.#uploadDeadlineMs) this.#try.tooSlow();
    else this.#try.look(nowMs);
  }
}
