/*
 * The server that clients connect to. Every connection begins on the fast path; what that does not understand goes to
 * Node's own HTTP server, which never listens itself.
 */
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { Buffers } from './buffers.ts';
import { ClientConnection, type ClientParts } from './client-connection.ts';
import { ClientInput } from './client-input.ts';
import type { FastParts } from './parts.ts';
import { Sweep } from './sweep.ts';

export interface Front {
  readonly server: Server;
  /** Serves a connection that came another way. */
  readonly accept: (socket: Socket) => void;
  /** Closes every connection of the fast path, whatever is on it. */
  readonly closeAllConnections: () => void;
}

/** @param slow serves what is not for the fast path: it is given sockets, and never listens */
export const createFront = (parts: FastParts, slow: HttpServer): Front => {
  const sweep = new Sweep();
  const connections = new Set<ClientConnection>();
  const handOver = (socket: Socket, bytes: Buffer | undefined): void => {
    socket.pause();
    slow.emit('connection', socket);
    if (bytes !== undefined) socket.unshift(bytes);
    socket.resume();
  };
  const clientParts: ClientParts = { ...parts, sweep, handOver };
  const buffers = new Buffers();
  const accept = (given: Socket): void => {
    const release = parts.gate(given);
    if (release === undefined) return;
    const connection = new ClientConnection(new ClientInput(given, buffers), clientParts);
    connections.add(connection);
    connection.socket.once('close', () => {
      connections.delete(connection);
      release();
    });
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, accept);
  // Its watch over slow clients begins with this event.
  server.once('listening', () => slow.emit('listening'));
  const closeAllConnections = (): void => {
    sweep.stop();
    for (const connection of connections) connection.destroy();
  };
  return { server, accept, closeAllConnections };
};
