import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { freePort } from '../free-port.ts';

export interface SilentHost {
  readonly port: number;
  /** How many connections it has accepted and that still stand. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

/** A host that hangs: it accepts connections and never says a word (`says` is sent first, where given). */
export const startSilentHost = async (address = '127.0.0.1', says = ''): Promise<SilentHost> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    // What it is sent is read and forgotten, so that it hears of the other side's end.
    socket.resume();
    if (says !== '') socket.write(says);
  }).listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has no port');
  return {
    port: bound.port,
    connections: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** A port of a host that refuses: nobody listens there. */
export const refusedPort = (address = '127.0.0.1'): Promise<number> => freePort(address);
