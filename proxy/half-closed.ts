/*
 * Clients that close their side and wait for their answer (`printf … | nc -N`), and those that have gone. Both say the same
 * at first: nothing more. What tells them apart is what becomes of the next byte for them: who has gone refuses it with a
 * reset. So each gets what comes within a moment, and whoever gets nothing until then is taken for gone; otherwise a node
 * would work on, to the end of its deadline, for every client that closes its browser's tab.
 */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { reset } from './forward/reset.ts';

/** How long its node may take to say something to a client that has closed its side. */
export const halfClosedMs = 1_000;

/**
 * Nothing has come back that would say so either way, since nothing was sent. Where bytes wait to be taken the client is
 * there: one that goes while it has some unread is known by its reset.
 *
 * @param bytesThen what was written to the client when it closed its side
 */
export const seemsGone = ({ bytesWritten, writableLength }: Socket, bytesThen: number): boolean =>
  writableLength === 0 && bytesWritten === bytesThen;

/** Lets a server answer clients that have closed their side, and ends those that seem to have gone. */
export const serveHalfClosed = (server: Server): void => {
  // Otherwise Node closes the other side at once, which an HTTP/1.0 client takes for the end of its answer.
  Reflect.set(server, 'httpAllowHalfOpen', true);
  const watched = new WeakSet<Socket>();
  const watch = (socket: Socket): void => {
    if (watched.has(socket)) return;
    watched.add(socket);
    socket.once('end', () => endIfGone(socket));
  };
  server.on('connection', watch);
  server.on('secureConnection', (socket: TLSSocket) => watch(socket));
};

/** Node marks the last answer that a client waits for who has closed its side. */
export const isLastOfShut = (res: ServerResponse): boolean => Reflect.get(res, '_last') === true;

const endIfGone = (socket: Socket): void => {
  const { bytesWritten } = socket;
  const timer = setTimeout(() => {
    if (!socket.destroyed && seemsGone(socket, bytesWritten)) reset(socket);
  }, halfClosedMs);
  socket.once('close', () => clearTimeout(timer));
};
