/*
 * INVARIANTS
 * - A request that was accepted is answered before the app ends, unless it outlasts the deadline of the drain.
 * - Once the app is stopping, no connection is kept for another request.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AppFacts, type Route, sendJson } from './route.ts';
import { routes } from './routes.ts';
import { echoWebSockets } from './web-socket.ts';

export interface AppOptions {
  readonly node?: string | undefined;
  readonly bootId?: string | undefined;
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
}

export interface App {
  readonly url: string;
  /** Takes no more connections, waits for what is under way until the deadline, then cuts the rest. */
  readonly stop: (deadlineMs: number) => Promise<void>;
}

/** Starts the app; rejects if it can't listen there. */
export const startApp = async ({ node, bootId, host, port }: AppOptions): Promise<App> => {
  const stopping = new AbortController();
  const facts: AppFacts = { node, bootId, stopping: stopping.signal };
  const table = routes();
  const server = createServer((request, response) => {
    if (node !== undefined) response.setHeader('x-node', node);
    if (stopping.signal.aborted) response.setHeader('connection', 'close');
    void answer(table, facts, request, response);
  });
  const cutWebSockets = echoWebSockets(server, '/ws', node === undefined ? [] : [`x-node: ${node}`], stopping.signal);
  const listeningOn = await listen(server, host, port);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listeningOn}`,
    stop: async (deadlineMs) => {
      stopping.abort();
      await close(server, deadlineMs, cutWebSockets);
    },
  };
};

const answer = async (
  table: ReadonlyMap<string, Route>,
  app: AppFacts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  try {
    const url = new URL(request.url ?? '/', 'http://app');
    const route = table.get(url.pathname);
    if (route === undefined) {
      sendJson(response, 404, { error: `there is no ${url.pathname} here` });
      return;
    }
    if (route.method !== (request.method === 'HEAD' ? 'GET' : request.method)) {
      response.setHeader('allow', route.method === 'GET' ? 'GET, HEAD' : route.method);
      sendJson(response, 405, { error: `${url.pathname} takes ${route.method}` });
      return;
    }
    await route.answer({ request, response, url, app });
  } catch (error) {
    // The client may have gone in the middle of its request; then there is nobody to tell.
    if (response.headersSent || response.destroyed) response.destroy();
    else sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
  }
};

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const close = (server: Server, deadlineMs: number, cutWebSockets: () => void): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => {
      server.closeAllConnections();
      cutWebSockets();
    }, deadlineMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
