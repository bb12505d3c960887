import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Exchange } from './exchange.ts';

/** Ends an answer before its end. */
export const cutShort = ({ req, res }: Pick<Exchange, 'req' | 'res'>): void => {
  // An HTTP/1.0 client takes the end of the connection for the end of the answer; a reset cannot be mistaken.
  if (req.httpVersion === '1.0') reset(req.socket);
  res.destroy();
};

/**
 * Ends a connection so that nobody can take what came for a whole answer. One that speaks TLS cannot be reset in Node (it
 * throws); there the end without a close notice says the same (RFC 8446, 6.1).
 */
export const reset = (socket: Socket): void => {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
};
