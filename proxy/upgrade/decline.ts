import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * Serves a request that would switch to a protocol that we do not speak (h2c, say) as if it had not asked: a server
 * may ignore that (RFC 9110, 7.8), and clients that only try expect it. Node hands such a request over as an
 * upgrade and takes its hands off the socket, so the request is put back without the wish and read once more.
 */
export const declineUpgrade = (server: Server, req: IncomingMessage, socket: Duplex, head: Buffer): void => {
  const lines = [`${req.method ?? 'GET'} ${req.url ?? '/'} HTTP/${req.httpVersion}`];
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    const name = req.rawHeaders[at] ?? '';
    const value = req.rawHeaders[at + 1] ?? '';
    if (/^(?:upgrade|http2-settings)$/i.test(name)) continue;
    lines.push(`${name}: ${/^connection$/i.test(name) ? withoutUpgrade(value) : value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  // As a connection, one that speaks TLS already would be asked to shake hands again.
  server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
};

const withoutUpgrade = (value: string): string =>
  value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => !/^(?:upgrade|http2-settings)$/i.test(name))
    .join(', ');
