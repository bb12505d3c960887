/** A provider of servers as an inventory asks it: each address answers as its script says. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { cannedServer } from './canned-server.ts';

/** An object is answered as JSON, a text as it is, a number as a status; a function does what it likes. */
type Script = object | string | number | ((response: ServerResponse) => void);

export interface Provider {
  readonly url: string;
  /** Paths, in the order of arrival. */
  readonly asked: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** Lists what it has a script for, unless `/servers` itself has one. */
export const provider = async (servers: Readonly<Record<string, Script>>): Promise<Provider> => {
  const { url, asked, stop } = await cannedServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1));
    const script = servers[name] ?? (name === 'servers' ? Object.keys(servers) : 400);
    if (typeof script === 'function') script(response);
    else if (typeof script === 'number') response.writeHead(script).end();
    else response.end(typeof script === 'string' ? script : JSON.stringify(script));
  });
  return { url, asked: () => asked.map((line) => line.replace('GET ', '')), stop };
};

export const server = (cpu: unknown, memory: unknown, service: unknown = 'UserService') => ({ cpu, memory, service });

/** Scripts of servers that never answer, stop in the middle, or never stop. */
export const hang = (): void => undefined;
export const breakOff = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"cpu":"7', () => response.destroy());
};
export const endless = (response: ServerResponse): void => {
  const more = (): void => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
  };
  response.on('drain', more);
  more();
};

export interface SerialProvider extends Provider {
  /** The most connections that were open at once. */
  readonly mostOpen: () => number;
}

/** As Python's http.server does it: HTTP/1.0, one after the other, no length, closed after each answer. */
export const serialProvider = async (addresses: readonly string[], eachMs: number): Promise<SerialProvider> => {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let mostOpen = 0;
  let last = Promise.resolve();
  const answer = async (socket: Socket, path: string): Promise<void> => {
    asked.push(path);
    const known = path === '/servers' || addresses.includes(path.slice(1));
    const body = path === '/servers' ? addresses : server('74%', '32%');
    if (path !== '/servers') await new Promise((resolve) => setTimeout(resolve, eachMs));
    socket.end(known ? `HTTP/1.0 200 OK\r\n\r\n${JSON.stringify(body)}` : 'HTTP/1.0 400 Bad Request\r\n\r\n');
  };
  const listener = createServer((socket) => {
    sockets.add(socket);
    mostOpen = Math.max(mostOpen, sockets.size);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', (data: Buffer) => {
      const path = /^GET (\S+) /.exec(data.toString())?.[1] ?? '';
      last = last.then(() => answer(socket, path));
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    asked: () => asked,
    mostOpen: () => mostOpen,
    stop: async () => {
      listener.close();
      for (const socket of sockets) socket.destroy();
      await once(listener, 'close');
    },
  };
};
