import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ForwardableRequest } from '../headers/request.ts';
import type { Routed } from '../routed-pool.ts';
import { isSafeMethod } from './failure.ts';

/** One request of one client, from its headers to the end of its answer. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: ForwardableRequest;
  /** The pool that it goes to. */
  readonly pool: Routed;
  readonly isSafe: boolean;
  readonly firstByteMs: number;
  /** Tries begun. */
  tries: number;
  /** What the choice of the node has to tell the client: raw headers. */
  notes: readonly string[];
  /** No kept connection will do: one has just failed. */
  wantsFresh: boolean;
  bodyTouched: boolean;
  /** From here on the body is read; tells a client that waits for it to send. */
  readonly letBodyIn: () => void;
  /** The client has its answer, or has gone; set by whoever serves it at the moment. */
  onClose: () => void;
}

export interface Began {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: ForwardableRequest;
  readonly pool: Routed;
  /** The client sends its body only once it is told to (`Expect: 100-continue`). */
  readonly expectsContinue: boolean;
  readonly firstByteMs: number;
}

export const beginExchange = ({ req, res, request, pool, expectsContinue, firstByteMs }: Began): Exchange => {
  const exchange: Exchange = {
    req,
    res,
    request,
    pool,
    isSafe: isSafeMethod(request.method),
    firstByteMs,
    tries: 0,
    notes: [],
    wantsFresh: false,
    bodyTouched: false,
    letBodyIn: () => {
      if (expectsContinue && !exchange.bodyTouched) res.writeContinue();
      exchange.bodyTouched = true;
    },
    onClose: () => undefined,
  };
  res.once('close', () => exchange.onClose());
  return exchange;
};
