import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';

const bytesAtMost = 1024 * 1024;
const goingAway = 1001;

/**
 * Echoes what is sent to `path`, text as text and bytes as bytes; says goodbye (1001) when the app stops.
 * Returns a function that cuts whoever does not answer that.
 */
export const echoWebSockets = (
  server: Server,
  path: string,
  headers: readonly string[],
  stopping: AbortSignal,
): (() => void) => {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: bytesAtMost });
  sockets.on('headers', (sent) => sent.push(...headers));
  sockets.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    // A client that breaks the protocol or the limit is closed by the library; its error is not ours.
    socket.on('error', () => undefined);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    if (new URL(request.url ?? '/', 'http://app').pathname !== path || stopping.aborted) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open, request));
  });
  stopping.addEventListener('abort', () => {
    for (const socket of sockets.clients) socket.close(goingAway, 'the app is stopping');
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
  };
};
