/*
 * The door to http-proxy (http-proxy-3 under that name). What it leaves open is closed here and by who calls:
 * - It resolves the path anew (`/a/../b`, a bare `?`, `*`): the path is set again on the request that it makes.
 * - It gives a DELETE or OPTIONS with a chunked body `Content-Length: 0` and sends the body all the same, which
 *   makes a second request of the body: the headers are put back before it sends them.
 * - It forwards an answer by a pipe that never ends when the node dies in mid-answer: answers are handled by us.
 * - Its events name the client's request and not the try: the errors of a try that was given up come late, while the
 *   next one is under way, so they are heard by a callback that is each try's own.
 * - It pipes the client's request to the node whether or not it has a body, and takes a URL's parts anew with each
 *   request. Both together cost more than all that we do besides: it is given parts, and nothing to pipe.
 * - It adds the options of a call to a copy of its own. To V8 each object that grows after it was copied is of a kind of
 *   its own, and all that reads it has to learn that kind, with each request: a fifth of all CPU. So a call has no options:
 *   where it leads to is filled in by a pass of ours, before all others.
 */
import type { Agent, ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, Stream } from 'node:stream';
import { createProxyServer, type ServerOptions } from 'http-proxy';
import type { ForwardableRequest, OutgoingHeaders } from '../headers/request.ts';
import { closeTalkative } from '../idle-connections.ts';
import { placeOf } from './dial.ts';
import { NodeAgent } from './node-agent.ts';

export interface Route {
  readonly target: Target;
  readonly agent: Agent;
}

/** The parts of an origin that the library asks for. */
export interface Target {
  readonly protocol: string;
  /** With the port, where it is not the usual one. */
  readonly host: string;
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
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

/** Kept on the request itself: a table of requests would have to be looked through with each collection. */
const underWay = Symbol('under way');

interface Begun extends IncomingMessage {
  [underWay]?: UnderWay;
}

interface UnderWay extends Pick<Hooks, 'onRequest'> {
  readonly route: Route;
  readonly target: string;
  readonly headers: OutgoingHeaders;
  /** It is whole with its headers, and nobody else ends it. */
  readonly endsItself: boolean;
}

/** Piped in place of a body that there is none of. */
class NoBody extends Stream {
  override pipe<T extends NodeJS.WritableStream>(destination: T): T {
    return destination;
  }
}

const noBody = new NoBody();

/** Complete, for a copy of them must not grow; target, agent and buffer are of each request. */
const settings = {
  toProxy: true,
  prependPath: false,
  selfHandleResponse: true,
  target: { host: 'nowhere', port: 0 },
  agent: undefined,
  buffer: noBody,
};

/** A pass of the library's: says where this request leads to, and what of. */
const lead = (req: Begun, _res: ServerResponse, options: ServerOptions): void => {
  const found = req[underWay];
  if (found === undefined) return;
  options.target = found.route.target;
  options.agent = found.route.agent;
  options.buffer = found.endsItself ? noBody : req;
};

export const createForwarder = (): Forwarder => {
  const library = createProxyServer(settings);
  library.before('web', 'deleteLength', lead);
  const begin = (req: Begun, request: ForwardableRequest, route: Route, hooks: Hooks, endsItself: boolean): void => {
    const { target, headers } = request;
    req[underWay] = { onRequest: hooks.onRequest, route, target, headers, endsItself };
    // What the library does to the headers on its way is done to these and forgotten at `start`.
    req.headers = {};
  };
  const onRequest = (upstream: ClientRequest, req: Begun): void => {
    const found = req[underWay];
    if (found === undefined) return;
    upstream.path = found.target;
    found.onRequest(upstream);
    if (found.endsItself && !upstream.destroyed) upstream.end();
  };

  library.on('start', (req: Begun) => {
    req.headers = req[underWay]?.headers ?? {};
  });
  library.on('proxyReq', onRequest);
  library.on('proxyReqWs', onRequest);
  // What comes here is of the client's side alone, whose end is seen by who serves it; unheard it would be thrown.
  library.on('error', () => undefined);

  return {
    web: (req, res, request, route, hooks) => {
      begin(req, request, route, hooks, !request.hasBody);
      library.web(req, res, hooks.onError);
    },
    ws: (req, socket, head, request, route, hooks) => {
      begin(req, request, route, hooks, false);
      req.headers = request.headers;
      library.ws(req, socket, head, route, hooks.onError);
    },
  };
};

export const targetOf = (origin: URL): Target => {
  const { host, port } = placeOf(origin);
  return { protocol: origin.protocol, host: origin.host, hostname: host, port };
};

/** A connection that stands speaks plain HTTP to us, also where TLS is underneath. */
export const plain = (target: Target): Target =>
  target.protocol === 'http:' ? target : { ...target, protocol: 'http:' };

/** An agent of one connection that stands already, and that is closed with the answer, or kept for the next request. */
export class OneConnection extends NodeAgent {
  readonly #socket: Socket;

  constructor(socket: Socket, keepAlive = false) {
    super({ keepAlive });
    this.#socket = socket;
    if (keepAlive) closeTalkative(this);
  }

  /** A request could still be written to it, and the node has not ended it. */
  get isOpen(): boolean {
    return this.#socket.writable && !this.#socket.readableEnded;
  }

  /** Called by Node where a request needs a connection. */
  override createConnection(): Socket {
    return this.#socket;
  }

  override destroy(): void {
    super.destroy();
    this.#socket.destroy();
  }
}
