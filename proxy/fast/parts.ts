/** What the fast path works with. */
import type { Socket } from 'node:net';
import type { ForwardParts } from '../forward/forward.ts';
import type { Gate } from '../per-address.ts';
import type { Routed } from '../routed-pool.ts';

export interface Load {
  /** Requests that are being served, on both paths, WebSockets not among them. */
  inFlight: number;
}

export interface FastLimits {
  readonly headerBytes: number;
  /** Of one request; infinite where there is no limit. */
  readonly bodyBytes: number;
  readonly connections: number;
  /** Connections of one client address. */
  readonly perAddress: number;
  readonly inFlight: number;
  readonly headers: number;
  readonly request: number;
  readonly keepAlive: number;
}

export interface FastParts extends Omit<ForwardParts, 'forwarder'> {
  readonly clientLimits: FastLimits;
  readonly trustedProxies: readonly string[];
  /** What this router calls itself in `Via`. */
  readonly pseudonym: string;
  readonly load: Load;
  readonly gate: Gate;
}

export interface ClientSide {
  readonly socket: Socket;
  /** It has closed its side, and asked for nothing beyond what it is being answered. */
  readonly isShut: boolean;
  /** The answer has left; `closes`: and it was the last one. */
  readonly exchangeEnded: (closes: boolean) => void;
}

export interface Beginning {
  readonly pool: Routed;
  /** The head for a node. */
  readonly outgoing: string;
  /** The request has been here before. */
  readonly isCircle: boolean;
}
