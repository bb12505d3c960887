import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Ends a connection so that nobody can take what came for a whole answer. One that speaks TLS cannot be reset in Node (it
 * throws); there the end without a close notice says the same (RFC 8446, 6.1).
 */
export const reset = (socket: Socket): void => {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
};
