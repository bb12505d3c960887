/** What is told to a client that cannot be read: no HTTP, too much of it, or too slow. */
import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Refusal } from './forward/failure.ts';
import { isRefused, refuseOnSocket } from './forward/refuse.ts';
import type { Turns } from './turns.ts';

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
    const refusal = refusalOf(error);
    const last = turns.last(socket);
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

const bad = (status: number, error: string, because: string): Refusal => ({ status, error, because });

const refusalOf = (error: Error): Refusal | 'gone' | 'nothing more is read' => {
  const code: unknown = Reflect.get(error, 'code');
  switch (code) {
    case 'HPE_CLOSED_CONNECTION':
      return 'nothing more is read';
    case 'HPE_HEADER_OVERFLOW':
      return bad(431, 'headers-too-large', 'the headers are larger than allowed');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return bad(413, 'content-too-large', 'the chunk extensions are larger than allowed');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return bad(408, 'request-timeout', 'client-stalled');
    default:
      return typeof code === 'string' && code.startsWith('HPE_')
        ? bad(400, 'bad-request', 'this is no HTTP/1.1')
        : 'gone';
  }
};
