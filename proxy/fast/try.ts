/*
 * One try of a request on one node; used again for the next.
 *
 * INVARIANTS
 * - A choice is finished exactly once, at the very moment at which nothing more goes to or comes from the node.
 * - Every state but `over` has a deadline.
 * - Nothing of a body is sent before the connection to the node stands.
 * - A request that is not safe, or has a body, rides only on a connection that was used just now and that is still
 *   open after all was heard that had reached this machine when the request did.
 */
import type { Socket } from 'node:net';
import { type FailureReason, isServerError, reasonOf, type TryEnd } from '../forward/failure.ts';
import type { Routed } from '../routed-pool.ts';
import type { Choice } from '../table.ts';
import { type AnswerProgress, AnswerPump } from './answer-pump.ts';
import { Movement } from './movement.ts';
import type { NodeConnection, NodeListener } from './node-connection.ts';
import type { FastParts } from './parts.ts';
import type { Sweep } from './sweep.ts';
import { answered, answeredWithError, cut, gone, lateIn, type TriedOut, type TryState } from './tried-out.ts';
import type { Upload } from './upload.ts';

/** Unwritten bytes for one side at which the other is no longer read. */
const mostUnwritten = 65_536;

export class Try implements NodeListener {
  readonly #client: Socket;
  readonly #request: TriedOut;
  readonly #upload: Upload;
  readonly #parts: FastParts;
  readonly #sweep: Sweep;
  readonly #pump: AnswerPump;
  #state: TryState = 'over';
  #deadlineMs = 0;
  #pool: Routed | undefined;
  #choice: Choice | undefined;
  #node: NodeConnection | undefined;
  #isSent = false;
  #checks = 0;
  readonly #movement = new Movement();

  constructor(client: Socket, request: TriedOut, upload: Upload, parts: FastParts, sweep: Sweep) {
    this.#client = client;
    this.#request = request;
    this.#upload = upload;
    this.#parts = parts;
    this.#sweep = sweep;
    this.#pump = new AnswerPump(client, request.lastLines);
  }

  /** Something of the answer was passed on. */
  get isAnswering(): boolean {
    return this.#state === 'answering';
  }

  get status(): number {
    return this.#pump.status;
  }

  get choice(): Choice | undefined {
    return this.#choice;
  }

  start(pool: Routed, choice: Choice, wantsFresh: boolean): void {
    this.#pool = pool;
    const { connections } = choice.upstream;
    const isEasy = this.#request.isSafe && !this.#upload.hasBody;
    this.#choice = choice;
    this.#isSent = false;
    this.#pump.begin(this.#request.isToHead);
    this.#node = wantsFresh ? undefined : isEasy ? connections.take(this) : connections.takeRecent(this);
    if (this.#node === undefined) this.#dial(choice);
    else if (isEasy) this.#send(this.#node);
    else this.#check();
  }

  #dial({ upstream }: Choice): void {
    this.#wait('connecting', this.#parts.limits.connectMs);
    if (!this.#upload.isDone) this.#client.pause();
    this.#node = upstream.connections.dial(this);
  }

  /** Lets everything be heard that had come when the request did, an end of this connection too. */
  #check(): void {
    this.#wait('checking', this.#parts.limits.connectMs);
    this.#checks += 1;
    const mine = this.#checks;
    setImmediate(() => {
      if (this.#state === 'checking' && this.#checks === mine) this.connected();
    });
  }

  connected(): void {
    if (this.#node === undefined) return;
    if (this.#choice?.upstream.isRetired === true) this.#fail('retired');
    else this.#send(this.#node);
  }

  #send({ socket }: NodeConnection): void {
    this.#isSent = true;
    if (this.#upload.hasBody) this.#upload.flush(socket, this.#request.head);
    else socket.write(this.#request.head, 'latin1');
    this.#await(socket);
    // Whoever was tried before may have left it paused.
    if (!this.#upload.isDone && socket.writableLength < mostUnwritten) this.#client.resume();
  }

  /** The node's time to answer begins once it has taken all that was sent. */
  #await({ writableNeedDrain }: Socket): void {
    if (this.#upload.isDone && !writableNeedDrain) this.#wait('waiting', this.#request.firstByteMs);
    else this.#wait('sending', this.#parts.limits.idleMs);
  }

  #wait(state: TryState, ms: number): void {
    this.#state = state;
    this.#deadlineMs = this.#sweep.deadline(ms);
  }

  /** More of the body has come from the client. */
  uploaded(): void {
    if (!this.#isSent || this.#node === undefined) return;
    const { socket } = this.#node;
    this.#upload.flush(socket, '');
    if (this.#state === 'sending') this.#await(socket);
    if (!this.#upload.isDone && socket.writableLength >= mostUnwritten) this.#client.pause();
  }

  /** Bytes that the node has not taken yet. */
  get unwritten(): number {
    return this.#node?.socket.writableLength ?? 0;
  }

  /** The node has taken what was written for it. */
  drained(): void {
    if (!this.#upload.isDone && this.#isSent) this.#client.resume();
    if (this.#state === 'sending' && this.#node !== undefined) this.#await(this.#node.socket);
  }

  /** The client has taken what was written for it. */
  clientDrained(): void {
    if (this.#state !== 'answering') return;
    this.#wait('answering', this.#parts.limits.idleMs);
    this.#node?.flushed();
    this.#node?.socket.resume();
  }

  received(bytes: Buffer, length: number): void {
    const node = this.#node;
    if (node === undefined) return;
    if (!this.#isSent) {
      this.#refuseToListen(node);
      return;
    }
    const progress = this.#pump.received(bytes, length);
    if (this.#pump.heldBytes > 0 && this.#client.writableLength > 0)
      node.lend(this.#pump.heldBytes, this.#client.writableLength);
    if (this.#state === 'waiting' && progress !== 'waiting' && this.#choice !== undefined)
      this.#pool?.table.heard(this.#choice, this.#upload.hasBody);
    this.#progressed(progress, node);
  }

  #progressed(progress: AnswerProgress, node: NodeConnection): void {
    switch (progress) {
      case 'waiting':
        return;
      case 'answering':
        this.#wait('answering', this.#parts.limits.idleMs);
        if (this.#client.writableLength >= mostUnwritten) node.socket.pause();
        return;
      case 'answered':
        this.#answered(node);
        return;
      case 'invalid':
        this.#fail('invalid-answer');
        return;
      case 'cut':
        this.#end(cut);
    }
  }

  ended(error: Error | undefined): void {
    const node = this.#node;
    if (node === undefined) return;
    if (this.#state === 'checking') this.#anew();
    else if (this.#state !== 'answering') this.#fail(error === undefined ? 'reset' : reasonOf(error));
    else this.#progressed(error === undefined ? this.#pump.ended() : 'cut', node);
  }

  /** Whoever speaks first does not speak HTTP. */
  #refuseToListen(node: NodeConnection): void {
    node.destroy();
    if (this.#state === 'checking') this.#anew();
    else this.#fail('invalid-answer');
  }

  /** The connection had ended before anything was sent: it has cost nothing. */
  #anew(): void {
    this.#node = undefined;
    if (this.#choice !== undefined) this.#dial(this.#choice);
  }

  #answered(node: NodeConnection): void {
    const connections = this.#choice?.upstream.connections;
    // Where the node has not taken all, what is left of the request would come before the next one.
    const isTaken = this.#upload.isDone && node.socket.writableLength === 0;
    if (this.#pump.keepsAlive && isTaken) connections?.put(node);
    else node.destroy();
    this.#node = undefined;
    this.#end(isServerError(this.#pump.status) ? answeredWithError : answered);
  }

  /** The client has gone, or has broken its request. */
  abort(): void {
    if (this.#state !== 'over') this.#end(gone);
  }

  /** Looks whether something is too late. */
  look(nowMs: number): void {
    if (this.#state === 'answering' && this.#movement.isTaking(this.#client))
      this.#wait('answering', this.#parts.limits.idleMs);
    if (nowMs < this.#deadlineMs || this.#state === 'over') return;
    if (this.#state !== 'answering') this.#fail(lateIn(this.#state, this.#node?.socket.writableNeedDrain === true));
    // A client that takes nothing is closed, and with it this; the node has done nothing wrong.
    else if (this.#client.writableLength > 0) this.#client.destroy();
    else this.#end(cut);
  }

  /** The client took too long to send its whole request. Nothing else may be said within an answer under way. */
  tooSlow(): void {
    if (this.#state === 'answering') this.#client.destroy();
    else if (this.#state !== 'over') this.#fail('client-too-slow');
  }

  #fail(because: FailureReason): void {
    this.#end({ kind: 'failed', because, sent: this.#isSent, reused: this.#node?.isReused === true });
  }

  #end(end: TryEnd): void {
    const choice = this.#choice;
    this.#state = 'over';
    this.#node?.destroy();
    this.#node = undefined;
    if (choice !== undefined) this.#pool?.table.finished(choice, end, this.#upload.hasBody);
    this.#request.tried(end);
  }
}
