/*
 * One try of one request on one node.
 *
 * INVARIANTS
 * - It ends exactly once, and every wait in it has a deadline: connecting, the body on its way in, the first byte
 *   of the answer, every further one, and the client taking it.
 * - Nothing of a body is read from the client before a connection to the node stands.
 * - A node that dies in mid-answer closes the client's connection: never a hang, never an end that looks whole.
 * - When the client goes, so does the request to the node.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { Movement } from '../fast/movement.ts';
import { isLastOfShut } from '../half-closed.ts';
import { answerHeaders, isUnderstood } from '../headers/answer.ts';
import type { Upstream } from '../upstream.ts';
import type { AttemptHooks, AttemptParts } from './attempt-parts.ts';
import type { Exchange } from './exchange.ts';
import { type FailureReason, isServerError, reasonOf, type TryEnd } from './failure.ts';
import { passInterim } from './interim.ts';
import { plain, type Target } from './library.ts';
import { Dialing } from './own-connections.ts';
import { pump } from './pump.ts';
import { endAfterBody } from './refuse.ts';
import { cutShort } from './reset.ts';
import { watchUpload } from './upload-watch.ts';

export class Attempt {
  readonly #exchange: Exchange;
  readonly #upstream: Upstream;
  readonly #parts: AttemptParts;
  readonly #hooks: AttemptHooks;
  readonly #dialing = new Dialing();
  #request: ClientRequest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #armedMs = 0;
  #onLate = (): void => undefined;
  /** When something of the answer last moved. */
  #movedMs = 0;
  readonly #movement = new Movement();
  #isOver = false;
  #isSent = false;
  #isReused = false;
  /** The answer that is being passed on. */
  #answered: IncomingMessage | undefined;

  constructor(exchange: Exchange, upstream: Upstream, parts: AttemptParts, hooks: AttemptHooks) {
    this.#exchange = exchange;
    this.#upstream = upstream;
    this.#parts = parts;
    this.#hooks = hooks;
  }

  /** Only a request that may be sent twice rides on any connection, which the node may just be closing. */
  start(): void {
    this.#exchange.onClose = () => this.#clientClosed();
    const { res, request, isSafe, wantsFresh } = this.#exchange;
    if (res.destroyed) this.#clientClosed();
    else if (isSafe && !request.hasBody && !wantsFresh) this.#send(this.#upstream.agent, this.#upstream.target);
    else void this.#sendOnOwn();
  }

  async #sendOnOwn(): Promise<void> {
    const { own, target } = this.#upstream;
    const used = this.#exchange.wantsFresh ? undefined : await own.takeUsed();
    const owned = used ?? (await own.dial(this.#parts.limits.connectMs, this.#dialing));
    if (owned.kind === 'failed') this.#fail(owned.because);
    else if (this.#isOver || this.#upstream.isRetired) {
      owned.agent.destroy();
      this.#fail('retired');
    } else {
      this.#isSent = true;
      this.#send(owned.agent, plain(target));
    }
  }

  #send(agent: Upstream['agent'], target: Target): void {
    const { req, res, request } = this.#exchange;
    if (request.hasBody) this.#exchange.letBodyIn();
    try {
      this.#parts.forwarder.web(req, res, request, { target, agent }, this);
    } catch (error) {
      this.#fail(reasonOf(error));
      return;
    }
    if (request.hasBody) this.#watchUpload();
    else if (this.#isSent) this.#arm(this.#exchange.firstByteMs, () => this.#fail('first-byte-timeout'));
  }

  /** Called by the forwarder: there is a socket, and nothing has been written yet. */
  readonly onRequest = (request: ClientRequest): void => {
    this.#request = request;
    if (this.#isOver) {
      request.destroy();
      return;
    }
    request.once('response', (answer) => this.#answer(answer));
    passInterim(request, this.#exchange.res, () => this.#fail('invalid-answer'));
    // What waits for its first chunk is told at once.
    if (this.#exchange.request.headers['transfer-encoding'] !== undefined) request.flushHeaders();
    request.once('close', () => {
      if (this.#answered === undefined) this.#fail('reset');
    });
    this.#isReused = request.reusedSocket;
    if (this.#isSent) return;
    if (request.reusedSocket) this.#connected();
    else {
      this.#arm(this.#parts.limits.connectMs, () => this.#fail('connect-timeout'));
      const { socket } = request;
      socket?.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => this.#connected());
    }
  };

  /**
   * Called by the forwarder, for errors of either side. Node takes also the reset of a connection for the end of an
   * answer that nothing else ends; that it is one, is known only here.
   */
  readonly onError = (error: Error): void => {
    if (this.#answered === undefined) this.#fail(reasonOf(error));
    else if (!this.#answered.complete) this.#cut();
  };

  #connected(): void {
    // A drain that came while we were connecting: not a byte has been sent yet, and none will be.
    if (this.#upstream.isRetired) {
      this.#fail('retired');
      return;
    }
    this.#isSent = true;
    this.#arm(this.#exchange.firstByteMs, () => this.#fail('first-byte-timeout'));
  }

  #watchUpload(): void {
    const { req, firstByteMs } = this.#exchange;
    const { idleMs, bodyBytes } = this.#parts.limits;
    const onStall = (): void =>
      this.#fail(this.#request?.writableNeedDrain === true ? 'node-stalled' : 'client-stalled');
    this.#arm(idleMs, onStall);
    watchUpload(req, bodyBytes, {
      onMove: () => this.#answered !== undefined || this.#timer?.refresh(),
      onWhole: () => {
        if (this.#answered === undefined && !this.#isOver)
          this.#arm(firstByteMs, () => this.#fail('first-byte-timeout'));
      },
      onTooLarge: () => this.#tooLarge(),
    });
  }

  #answer(answer: IncomingMessage): void {
    const { req, res, request, tries } = this.#exchange;
    answer.on('error', () => undefined);
    if (this.#isOver) {
      answer.destroy();
      return;
    }
    if (!isUnderstood(answer)) {
      this.#fail('invalid-answer');
      return;
    }
    this.#hooks.onAnswer();
    const headers = answerHeaders(answer.rawHeaders);
    if (tries > 1) headers.push('x-doctor-monkey-tries', String(tries));
    headers.push(...this.#exchange.notes);
    if (!req.complete || isLastOfShut(res) || this.#parts.isStopping()) headers.push('connection', 'close');
    try {
      res.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
    } catch {
      this.#fail('invalid-answer');
      return;
    }
    this.#answered = answer;
    this.#movedMs = performance.now();
    if (this.#armedMs > this.#parts.limits.idleMs) this.#arm(this.#parts.limits.idleMs, this.#onLate);
    pump(answer, res, {
      onMove: () => {
        this.#movedMs = performance.now();
      },
      onWhole: () => {
        this.#settle({ kind: 'answered', isError: isServerError(answer.statusCode ?? 502) });
        // What the node has not taken of the request would come before the next one.
        if (request.hasBody && this.#request?.writableFinished === false) this.#request.destroy();
        endAfterBody(req, res);
      },
      onClose: () => this.#cut(),
    });
  }

  #stalled(): void {
    if (this.#isOver || this.#exchange.res.writableNeedDrain) this.#exchange.res.destroy();
    else this.#cut();
  }

  /** An answer under way cannot be taken back: it is cut short. */
  #tooLarge(): void {
    if (this.#isOver) return;
    this.#parts.telemetry.bodyRefused();
    if (this.#answered === undefined) this.#fail('body-too-large');
    else {
      this.#settle({ kind: 'client-gone' });
      this.#exchange.res.destroy();
    }
  }

  #cut(): void {
    if (this.#isOver) return;
    this.#settle({ kind: 'cut' });
    cutShort(this.#exchange);
  }

  /** The client has taken its answer, or has gone. */
  #clientClosed(): void {
    clearTimeout(this.#timer);
    this.#settle({ kind: 'client-gone' });
  }

  #fail(because: FailureReason): void {
    this.#settle({ kind: 'failed', because, sent: this.#isSent, reused: this.#isReused });
  }

  #settle(end: TryEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (end.kind !== 'answered') {
      clearTimeout(this.#timer);
      this.#dialing.end();
      this.#request?.destroy();
    }
    this.#hooks.onEnd(end);
  }

  #arm(ms: number, onLate: () => void): void {
    clearTimeout(this.#timer);
    this.#armedMs = ms;
    this.#onLate = onLate;
    this.#timer = setTimeout(() => this.#late(), ms);
  }

  /** A running answer keeps the timer it was awaited with: how long it has been still is looked at only here. */
  #late(): void {
    if (this.#answered === undefined) {
      this.#onLate();
      return;
    }
    const { idleMs } = this.#parts.limits;
    const leftMs = this.#movedMs + idleMs - performance.now();
    if (leftMs > 0) this.#arm(Math.ceil(leftMs), this.#onLate);
    else if (this.#movement.isTaking(this.#exchange.res.socket)) this.#arm(idleMs, this.#onLate);
    else this.#stalled();
  }
}
