/** Forwards one request: chooses a node, tries, tries another where that may be, and says why not where it failed. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessLog } from '../access-log.ts';
import type { ForwardableRequest } from '../headers/request.ts';
import type { RouteOf } from '../route-of.ts';
import type { Routed } from '../routed-pool.ts';
import { stickyKey } from '../sticky.ts';
import type { Choice } from '../table.ts';
import { Attempt } from './attempt.ts';
import type { AttemptParts } from './attempt-parts.ts';
import { beginExchange, type Exchange } from './exchange.ts';
import { type Refusal, refusalFor, type TryEnd } from './failure.ts';
import { refuse } from './refuse.ts';
import { Retries, type RetryParts } from './retries.ts';

export interface ForwardParts extends AttemptParts, RetryParts {
  readonly accessLog: AccessLog | undefined;
  readonly routeOf: RouteOf<Routed>;
  readonly firstByteMs: (target: string) => number;
}

/**
 * Forwards a request to a node, to another one if that may be, or says why not. Never rejects.
 *
 * @param onTry told of each node that is tried
 */
export const forward = async (
  req: IncomingMessage,
  res: ServerResponse,
  request: ForwardableRequest,
  expectsContinue: boolean,
  parts: ForwardParts,
  onTry: (node: string) => void = () => undefined,
): Promise<void> => {
  const pool = parts.routeOf(request.host, request.target);
  const exchange = beginExchange({
    req,
    res,
    request,
    pool,
    expectsContinue,
    firstByteMs: parts.firstByteMs(request.target),
  });
  pool.budget.requestCame(parts.clock.monotonicMs());
  const refusal = await untilAnswered(exchange, parts, onTry);
  if (refusal === undefined || res.destroyed || res.headersSent) return;
  exchange.onClose = () => undefined;
  refuse(req, res, refusal, !expectsContinue || exchange.bodyTouched);
};

/** Returns what to tell the client, or nothing where that has been done. */
const untilAnswered = async (
  exchange: Exchange,
  parts: ForwardParts,
  onTry: (node: string) => void,
): Promise<Refusal | undefined> => {
  const { table, nobody, sticky } = exchange.pool;
  const key = stickyKey(sticky, exchange.request.headers);
  const retries = new Retries(exchange.pool, key, parts);
  let choice = table.choose([], key);
  let refusal = nobody;
  while (choice !== undefined) {
    onTry(choice.upstream.id);
    const end: TryEnd = await tryOn(exchange, choice, parts);
    if (end.kind !== 'failed') return undefined;
    refusal = () => refusalFor(end.because);
    choice = retries.after(end, choice, exchange);
    exchange.wantsFresh = retries.wantsFresh;
  }
  return refusal();
};

const tryOn = (exchange: Exchange, choice: Choice, parts: ForwardParts): Promise<TryEnd> =>
  new Promise((resolve) => {
    exchange.tries += 1;
    exchange.notes = choice.notes;
    const onEnd = (end: TryEnd): void => {
      exchange.pool.table.finished(choice, end, exchange.request.hasBody);
      resolve(end);
    };
    const onAnswer = (): void => exchange.pool.table.heard(choice, exchange.request.hasBody);
    new Attempt(exchange, choice.upstream, parts, { onAnswer, onEnd }).start();
  });
