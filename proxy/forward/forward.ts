/** Forwards one request: chooses a node, tries, tries another where that may be, and says why not where it failed. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../pool/clock.ts';
import type { ForwardableRequest } from '../headers/request.ts';
import type { RouteOf } from '../route-of.ts';
import type { Routed } from '../routed-pool.ts';
import { stickyKey } from '../sticky.ts';
import type { Choice } from '../table.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Upstream } from '../upstream.ts';
import { Attempt, type AttemptParts } from './attempt.ts';
import { beginExchange, type Exchange } from './exchange.ts';
import { afterFailure, type Failure, type Refusal, refusalFor, type TryEnd } from './failure.ts';
import { refuse } from './refuse.ts';

export interface ForwardParts extends AttemptParts {
  readonly routeOf: RouteOf<Routed>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly firstByteMs: (target: string) => number;
}

/** Forwards a request to a node, to another one if that may be, or says why not. Never rejects. */
export const forward = async (
  req: IncomingMessage,
  res: ServerResponse,
  request: ForwardableRequest,
  expectsContinue: boolean,
  parts: ForwardParts,
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
  const refusal = await untilAnswered(exchange, parts);
  if (refusal === undefined || res.destroyed || res.headersSent) return;
  exchange.onClose = () => undefined;
  refuse(req, res, refusal, !expectsContinue || exchange.bodyTouched);
};

/** A drain can take a node from under a request that has sent nothing; that many times it is simply chosen anew. */
const mostRechoices = 5;

/** Returns what to tell the client, or nothing where that has been done. */
const untilAnswered = async (exchange: Exchange, parts: ForwardParts): Promise<Refusal | undefined> => {
  const { table, nobody, sticky } = exchange.pool;
  const key = stickyKey(sticky, exchange.request.headers);
  const tried: Upstream[] = [];
  let failures = 0;
  let rechoices = 0;
  let choice = table.choose(tried, key);
  let refusal = nobody;
  while (choice !== undefined) {
    const end: TryEnd = await tryOn(exchange, choice, parts);
    if (end.kind !== 'failed') return undefined;
    refusal = () => refusalFor(end.because);
    const isRechoice: boolean = end.because === 'retired' && rechoices < mostRechoices;
    if (isRechoice) rechoices += 1;
    else failures += 1;
    if (!isRechoice && !mayTryAgain(end, exchange, failures, parts)) break;
    tried.push(choice.upstream);
    choice = table.choose(tried, key) ?? sameAgain(end, exchange, choice);
    if (choice !== undefined && !isRechoice) parts.telemetry.retried();
  }
  return refusal();
};

const mayTryAgain = (end: Failure, exchange: Exchange, failures: number, parts: ForwardParts): boolean => {
  const { isSafe, bodyTouched, pool } = exchange;
  const next = afterFailure(end, { isSafe, bodyTouched, failures });
  if (next.kind === 'give-up') return false;
  if (next.isFree) return true;
  const grant = pool.budget.take(parts.clock.monotonicMs());
  if (grant.kind === 'exhausted') parts.telemetry.budgetExhausted();
  return grant.kind === 'granted';
};

/** Where there is no other node: one that closed a kept connection just then is asked again on a fresh one. */
const sameAgain = (end: Failure, exchange: Exchange, { upstream }: Choice): Choice | undefined => {
  if (!end.reused || end.because !== 'reset') return undefined;
  exchange.wantsFresh = true;
  return exchange.pool.table.chooseAgain(upstream);
};

const tryOn = (exchange: Exchange, choice: Choice, parts: ForwardParts): Promise<TryEnd> =>
  new Promise((resolve) => {
    exchange.tries += 1;
    const onEnd = (end: TryEnd): void => {
      exchange.pool.table.finished(choice, end);
      resolve(end);
    };
    // How long an upload takes is its client's doing and says nothing of the node.
    const onAnswer = (): void => (exchange.request.hasBody ? undefined : exchange.pool.table.heard(choice));
    new Attempt(exchange, choice.upstream, parts, { onAnswer, onEnd }).start();
  });
