import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../../infra/free-port.ts';

export interface CannedServer {
  readonly url: string;
  readonly port: number;
  /** `METHOD path` of each request, in the order of arrival. */
  readonly asked: readonly string[];
  readonly stop: () => Promise<void>;
}

/** An HTTP server on loopback that answers as it is told. */
export const cannedServer = async (answer: RequestListener): Promise<CannedServer> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

/** A port on which nobody listens. */
export const closedPort = (): Promise<number> => freePort();
