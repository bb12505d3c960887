/*
 * Requests that one client sends without waiting for answers are served one after the other.
 *
 * INVARIANTS
 * - Of one connection at most one request is under way to a node, so that a client that asks for a thousand things at
 *   once is no thousand clients; beyond a few that wait, the rest stays with it.
 * - Behind an answer that was the last one (`Connection: close`) nothing is served (RFC 9112, 9.6).
 * - What takes the socket out of HTTP's hands (an upgrade, a refusal) happens after all answers before it.
 */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Requests that may wait on one connection before nothing more is read from it. */
const mostWaiting = 8;

export interface Turns {
  /** Serves a request once those before it have been answered; not at all where the client goes before. */
  readonly take: (socket: Duplex, res: ServerResponse, serve: () => void) => void;
  /** Runs once everything on the connection has been answered; not at all where it ends before. */
  readonly afterAll: (socket: Duplex, run: () => void) => void;
  /** The last request of the connection that has not been answered. */
  readonly last: (socket: Duplex) => ServerResponse | undefined;
}

interface Queue {
  last: ServerResponse | undefined;
  readonly waiting: (() => void)[];
  /** HTTP's hands are off the socket: who has it now reads when it likes. */
  isLeaving: boolean;
}

/** An answer could still be heard. */
const isAnswerable = ({ destroyed, writableEnded }: Duplex): boolean => !destroyed && !writableEnded;

export const takeTurns = (): Turns => {
  const queues = new WeakMap<Duplex, Queue>();
  const queueOf = (socket: Duplex): Queue => {
    const known = queues.get(socket);
    if (known !== undefined) return known;
    const queue: Queue = { last: undefined, waiting: [], isLeaving: false };
    queues.set(socket, queue);
    return queue;
  };
  const next = (socket: Duplex, queue: Queue): void => {
    const run = queue.waiting.shift();
    if (run === undefined) queue.last = undefined;
    else if (isAnswerable(socket)) run();
    if (queue.waiting.length === mostWaiting - 1 && !queue.isLeaving) socket.resume();
  };
  const inTurn = (socket: Duplex, queue: Queue, run: () => void): void => {
    if (!isAnswerable(socket)) return;
    if (queue.last === undefined) run();
    else if (queue.waiting.push(run) === mostWaiting) process.nextTick(hold, socket, queue);
  };
  // Not at once: at the end of each request Node reads on by itself.
  const hold = (socket: Duplex, queue: Queue): void => {
    if (queue.waiting.length >= mostWaiting) socket.pause();
  };
  return {
    take: (socket, res, serve) => {
      const queue = queueOf(socket);
      // It came back: what it would have switched to is not spoken here.
      queue.isLeaving = false;
      inTurn(socket, queue, serve);
      queue.last = res;
      res.once('close', () => next(socket, queue));
    },
    afterAll: (socket, run) => {
      const queue = queueOf(socket);
      queue.isLeaving = true;
      inTurn(socket, queue, run);
    },
    last: (socket) => queues.get(socket)?.last,
  };
};
