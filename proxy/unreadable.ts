/** What is told to a client that cannot be read: no HTTP, too much of it, or too slow. */
import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Refusal } from './forward/failure.ts';
import { isRefused, refuseOnSocket } from './forward/refuse.ts';
import type { Turns } from './turns.ts';
import { unreadableReason } from './unreadable-reason.ts';

/**
 * For `clientError` of Node's server. Whoever was asked rightly before is answered first.
 *
 * @param onRefused told of what was no part of a request that is counted already
 */
export const refuseUnreadable = (
  turns: Turns,
  onRefused: (socket: Duplex, refusal: Refusal) => void,
): ((error: Error, socket: Duplex) => void) => {
  const refused = new WeakSet<Duplex>();
  const refuseNew = (socket: Duplex, refusal: Refusal): void => {
    onRefused(socket, refusal);
    refuseAndClose(socket, refusal);
  };
  return (error, socket) => {
    // Each further byte is an error again.
    if (refused.has(socket)) return;
    refused.add(socket);
    const last = turns.last(socket);
    const refusal = unreadableReason(error, last === undefined || last.req.complete ? 'head' : 'body');
    if (refusal === 'nothing more is read') return;
    if (refusal === 'gone' || (socket instanceof Socket && socket.bytesRead === 0)) socket.destroy();
    else if (last === undefined) refuseNew(socket, refusal);
    else if (last.req.complete) turns.afterAll(socket, () => refuseNew(socket, refusal));
    else if (isRefused(last)) last.end();
    else if (mayBeAnswered(last)) refuseAndClose(socket, refusal);
    else socket.destroy();
  };
};

/** The body of a request is the matter, and nothing of its answer or of one before it is on its way. */
const mayBeAnswered = (res: ServerResponse): boolean => res.socket !== null && !res.headersSent;

const refuseAndClose = (socket: Duplex, refusal: Refusal): void => {
  refuseOnSocket(socket, refusal);
  // Whatever the request had begun ends now, not when the client has closed.
  socket.once('finish', () => socket.destroy());
};
