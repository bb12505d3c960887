/** The server that clients talk to: reads requests, refuses the wrong ones, forwards the others. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { addressIn } from '../pool/url-allowed.ts';
import type { Certificate } from './certificate.ts';
import { type About, aboutOf, refusedUnserved, unknown } from './ended.ts';
import { createFront } from './fast/front.ts';
import type { FastLimits } from './fast/parts.ts';
import { type Refusal, refusalFor } from './forward/failure.ts';
import { forward } from './forward/forward.ts';
import { refuse, refuseOnSocket } from './forward/refuse.ts';
import { serveHalfClosed } from './half-closed.ts';
import { type Peer, type RawRequest, readRequest } from './headers/request.ts';
import { createListener } from './listener.ts';
import { type Gate, gateByAddress } from './per-address.ts';
import type { Telemetry } from './telemetry.ts';
import { type Turns, takeTurns } from './turns.ts';
import { refuseUnreadable } from './unreadable.ts';
import { declineUpgrade } from './upgrade/decline.ts';
import type { UpgradeParts } from './upgrade/parts.ts';
import { forwardUpgrade } from './upgrade/upgrade.ts';

export interface ServerParts extends UpgradeParts {
  readonly clientLimits: FastLimits;
  readonly trustedProxies: readonly string[];
  /** What clients are shown; undefined: they speak plain HTTP. */
  readonly certificate: Certificate | undefined;
  /** What this router calls itself in `Via`. */
  readonly pseudonym: string;
}

export interface RouterServer {
  readonly server: NetServer;
  readonly closeAllConnections: () => void;
  /** Requests that are being served, WebSockets not among them. */
  readonly inFlight: () => number;
}

export const createRouterServer = (parts: ServerParts): RouterServer => {
  const { clientLimits: limits, telemetry, accessLog } = parts;
  const server = createListener(parts.certificate, limits);
  serveHalfClosed(server);
  const load = { inFlight: 0 };
  const gate = gateOf(parts);
  // What comes through TLS is served by Node's own HTTP server alone.
  const front = parts.certificate === undefined ? createFront({ ...parts, load, gate }, server) : undefined;
  if (front === undefined) server.prependListener('connection', (socket) => letIn(socket, gate));
  const listening = front?.server ?? server;
  limitConnections(listening, parts);
  // The front holds its own until they are closed: the sockets that it accepts itself it may empty, and those never close.
  const destroyAll = front === undefined ? rememberSockets(listening) : () => undefined;
  const turns = takeTurns();
  const serve: Serve = (req, res, expects) => {
    load.inFlight += 1;
    const startedMs = parts.clock.monotonicMs();
    const address = req.socket.remoteAddress;
    let node: string | undefined;
    res.once('close', () => {
      load.inFlight -= 1;
      const status = res.writableFinished ? res.statusCode : undefined;
      const ms = parts.clock.monotonicMs() - startedMs;
      telemetry.requestEnded(status, ms);
      if (accessLog?.wants() === true) accessLog.write({ status, ms, address, node, path: 'slow', ...aboutOf(req) });
    });
    const request = readRequest(rawRequest(req), peerOf(req, parts), parts.pseudonym);
    if (request.kind === 'refuse') refuse(req, res, request);
    else if (request.bodyBytes > limits.bodyBytes) refuseTooLarge(req, res, expects !== 'continue', telemetry);
    else if (expects === 'the unknown') refuse(req, res, unknownExpectation);
    else if (load.inFlight > limits.inFlight) refuse(req, res, tooMany);
    else void forward(req, res, request, expects === 'continue', parts, (tried) => (node = tried));
  };
  hear(server, serve, turns, parts);
  const closeAllConnections = (): void => {
    front?.closeAllConnections();
    server.close();
    server.closeAllConnections();
    destroyAll();
  };
  return { server: listening, closeAllConnections, inFlight: () => load.inFlight };
};

const gateOf = ({ clientLimits, trustedProxies, telemetry }: ServerParts): Gate =>
  gateByAddress({
    most: clientLimits.perAddress,
    isExempt: (address) => addressIn(address, trustedProxies),
    onRefused: () => telemetry.connectionDropped(),
  });

const letIn = (socket: Socket, gate: Gate): void => {
  const release = gate(socket);
  if (release !== undefined) socket.once('close', release);
};

/** Node's server forgets those that were upgraded or have not shaken hands yet. Returns what ends every one. */
const rememberSockets = (server: NetServer): (() => void) => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
};

const limitConnections = (server: NetServer, { clientLimits, telemetry }: ServerParts): void => {
  server.maxConnections = clientLimits.connections;
  server.on('drop', () => telemetry.connectionDropped());
};

/** What a client wants to hear before it sends its body. */
type Expectation = 'nothing' | 'continue' | 'the unknown';

type Serve = (req: IncomingMessage, res: ServerResponse, expects: Expectation) => void;

const hear = (server: Server, serve: Serve, turns: Turns, parts: ServerParts): void => {
  const inTurn = (expects: Expectation) => (req: IncomingMessage, res: ServerResponse) =>
    turns.take(req.socket, res, () => serve(req, res, expects));
  server.on('request', inTurn('nothing'));
  server.on('checkContinue', inTurn('continue'));
  server.on('checkExpectation', inTurn('the unknown'));
  const refused = (client: Duplex, { status }: Refusal, about: About = unknown): void =>
    refusedUnserved(parts, status, { client, path: 'slow', about });
  server.on('clientError', refuseUnreadable(turns, refused));
  server.on('upgrade', (req, socket, head) =>
    detached(turns, socket, () => serveUpgrade(server, req, socket, head, parts)),
  );
  server.on('connect', (req, socket) => detached(turns, socket, () => refuseUpgrade(req, socket, noTunnels, parts)));
};

/** Node has taken its own listeners off the socket: from here on an error of it would end the process. */
const detached = (turns: Turns, socket: Duplex, serve: () => void): void => {
  socket.on('error', () => socket.destroy());
  turns.afterAll(socket, serve);
};

const unknownExpectation = { status: 417, error: 'expectation-failed', because: 'only 100-continue can be expected' };
const tooMany = { status: 503, error: 'overloaded', because: 'too many requests are in flight' };
const noTunnels = { status: 405, error: 'method-not-allowed', because: 'CONNECT is for forward proxies' };

const refuseTooLarge = (req: IncomingMessage, res: ServerResponse, isBodyComing: boolean, telemetry: Telemetry) => {
  telemetry.bodyRefused();
  refuse(req, res, refusalFor('body-too-large'), isBodyComing);
};
const noBody = { status: 400, error: 'bad-request', because: 'a WebSocket handshake has no body' };

const serveUpgrade = (server: Server, req: IncomingMessage, client: Duplex, head: Buffer, parts: ServerParts): void => {
  if (req.headers.upgrade?.toLowerCase() !== 'websocket' || req.method !== 'GET') {
    declineUpgrade(server, req, client, head);
    return;
  }
  const request = readRequest(rawRequest(req), peerOf(req, parts), parts.pseudonym);
  if (request.kind === 'refuse') refuseUpgrade(req, client, request, parts);
  else if (request.hasBody || !(client instanceof Socket)) refuseUpgrade(req, client, noBody, parts);
  else void forwardUpgrade({ req, client, head, request }, parts);
};

const refuseUpgrade = (req: IncomingMessage, client: Duplex, refusal: Refusal, parts: ServerParts): void => {
  refuseOnSocket(client, refusal);
  refusedUnserved(parts, refusal.status, { client, path: 'slow', about: aboutOf(req) });
};

const rawRequest = ({ method = 'GET', url = '/', httpVersion, rawHeaders }: IncomingMessage): RawRequest => ({
  method,
  target: url,
  httpVersion,
  rawHeaders,
});

const peerOf = ({ socket }: IncomingMessage, { trustedProxies }: ServerParts): Peer => {
  const address = socket.remoteAddress ?? 'unknown';
  return { address, isTrusted: () => addressIn(address, trustedProxies), isEncrypted: socket instanceof TLSSocket };
};
