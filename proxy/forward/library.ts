/*
 * The door to http-proxy (http-proxy-3 under that name). What it leaves open is closed here and by who calls:
 * - It resolves the path anew (`/a/../b`, a bare `?`, `*`): the path is set again on the request that it makes.
 * - It gives a DELETE or OPTIONS with a chunked body `Content-Length: 0` and sends the body all the same, which
 *   makes a second request of the body: the headers are put back before it sends them.
 * - It forwards an answer by a pipe that never ends when the node dies in mid-answer: answers are handled by us.
 * - Its errors reach an event or a callback, depending on who is to blame: all reach `onError`.
 */
import { Agent, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'http-proxy';
import type { ForwardableRequest, OutgoingHeaders } from '../headers/request.ts';

export interface Route {
  readonly target: URL;
  readonly agent: Agent;
}

export interface Hooks {
  /** The request to the node has a socket, or will have one at once; nothing has been written to it yet. */
  readonly onRequest: (upstream: ClientRequest) => void;
  readonly onError: (error: Error) => void;
}

export interface Forwarder {
  /** Sends a request to a node. May throw where Node refuses to make such a request. */
  readonly web: (
    req: IncomingMessage,
    res: ServerResponse,
    request: ForwardableRequest,
    route: Route,
    hooks: Hooks,
  ) => void;
  /** Sends a request that switches protocols, and joins both sockets if the node agrees. */
  readonly ws: (
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    request: ForwardableRequest,
    route: Route,
    hooks: Hooks,
  ) => void;
}

interface UnderWay extends Hooks {
  readonly target: string;
  readonly headers: OutgoingHeaders;
}

export const createForwarder = (): Forwarder => {
  const library = createProxyServer({ toProxy: true, prependPath: false, selfHandleResponse: true });
  const underWay = new WeakMap<IncomingMessage, UnderWay>();
  const begin = (req: IncomingMessage, { target, headers }: ForwardableRequest, hooks: Hooks): void => {
    underWay.set(req, { onRequest: hooks.onRequest, onError: hooks.onError, target, headers });
    // What the library does to the headers on its way is done to these and forgotten at `start`.
    req.headers = {};
  };
  const onRequest = (upstream: ClientRequest, req: IncomingMessage): void => {
    const found = underWay.get(req);
    if (found === undefined) return;
    upstream.path = found.target;
    found.onRequest(upstream);
  };

  library.on('start', (req) => {
    req.headers = underWay.get(req)?.headers ?? {};
  });
  library.on('proxyReq', onRequest);
  library.on('proxyReqWs', onRequest);
  library.on('error', (error, req) => underWay.get(req)?.onError(error));
  library.on('econnreset', (error, req) => underWay.get(req)?.onError(error));

  return {
    web: (req, res, request, { target, agent }, hooks) => {
      begin(req, request, hooks);
      library.web(req, res, { target, agent });
    },
    ws: (req, socket, head, request, { target, agent }, hooks) => {
      begin(req, request, hooks);
      req.headers = request.headers;
      library.ws(req, socket, head, { target, agent });
    },
  };
};

/** An agent for one request on a connection that stands already. It is closed with the answer. */
export class OneConnection extends Agent {
  readonly #socket: Socket;
  constructor(socket: Socket) {
    super({ keepAlive: false });
    this.#socket = socket;
  }
  /** Called by Node where a request needs a connection. */
  override createConnection(): Socket {
    return this.#socket;
  }
}
