import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';

export interface TcpRelay {
  readonly port: number;
  /** What goes to the server from now on is passed on only as told; `hold` keeps it until `release`. */
  requests: 'pass' | 'drop' | 'hold';
  answers: 'pass' | 'drop';
  /** Called with everything that a client sends, before it is passed on. */
  onRequest: (text: string) => void;
  /** Passes on what was held, even if its client has gone. */
  release(): void;
  /** Breaks every connection. */
  cut(): void;
  stop(): Promise<void>;
}

/** A relay between clients and a server on this machine, that loses what it is told to lose. */
export const startRelay = async (serverPort: number): Promise<TcpRelay> => {
  const clients = new Set<Socket>();
  const upstreams = new Set<Socket>();
  let held: { readonly upstream: Socket; readonly data: Buffer }[] = [];
  const server = createServer((client) => {
    const upstream = dial(serverPort, '127.0.0.1');
    clients.add(client);
    upstreams.add(upstream);
    client.on('data', (data) => {
      relay.onRequest(data.toString('latin1'));
      if (relay.requests === 'pass') upstream.write(data);
      if (relay.requests === 'hold') held.push({ upstream, data });
    });
    upstream.on('data', (data) => relay.answers === 'pass' && client.write(data));
    client.on('error', () => undefined);
    upstream.on('error', () => undefined);
    client.on('close', () => {
      clients.delete(client);
      if (!held.some((part) => part.upstream === upstream)) upstream.destroy();
    });
    upstream.on('close', () => {
      upstreams.delete(upstream);
      client.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  const relay: TcpRelay = {
    port: address.port,
    requests: 'pass',
    answers: 'pass',
    onRequest: () => undefined,
    release: () => {
      for (const { upstream, data } of held) upstream.write(data);
      held = [];
    },
    cut: () => {
      for (const client of clients) client.destroy();
    },
    stop: async () => {
      for (const socket of [...clients, ...upstreams]) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return relay;
};
