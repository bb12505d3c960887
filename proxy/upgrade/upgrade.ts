/** A request that becomes a WebSocket: dialed, retried and counted like any other, then left to both ends. */
import { type Dialed, dial } from '../forward/dial.ts';
import { afterFailure, type Failure, type Refusal, refusalFor } from '../forward/failure.ts';
import { refuseOnSocket } from '../forward/refuse.ts';
import type { Routed } from '../routed-pool.ts';
import { stickyKey } from '../sticky.ts';
import type { Choice } from '../table.ts';
import type { Upstream } from '../upstream.ts';
import { join } from './handshake.ts';
import { logUpgrade } from './log.ts';
import type { FoundNode, Upgrade, UpgradeParts } from './parts.ts';
import { watchForEnd } from './tunnel.ts';

/** Joins the client with a node, or tells it why not. Never rejects. */
export const forwardUpgrade = async (upgrade: Upgrade, parts: UpgradeParts): Promise<void> => {
  const { client } = upgrade;
  const startedMs = parts.clock.monotonicMs();
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  const endWatch = watchForEnd(client);
  const pool = parts.routeOf(upgrade.request.host, upgrade.request.target);
  pool.budget.requestCame(startedMs);
  const found = await findNode(gone.signal, upgrade, pool, startedMs, parts);
  if (found.kind === 'found') {
    join({ ...upgrade, endWatch }, found, startedMs, parts);
    return;
  }
  endWatch();
  refuseOnSocket(client, found.refusal);
  const status = gone.signal.aborted ? undefined : found.refusal.status;
  parts.telemetry.requestEnded(status, parts.clock.monotonicMs() - startedMs);
  logUpgrade(upgrade, status, undefined, startedMs, parts);
};

/** Nothing of it is sent until a connection stands. */
const handshake = { isSafe: true, bodyTouched: false, sentFailures: 0, isSlow: false };

type NotFound = { readonly kind: 'none'; readonly refusal: Refusal };

/** Dials nodes until one takes it: nothing has been sent by then, so every further try is free. */
const findNode = async (
  signal: AbortSignal,
  { request }: Upgrade,
  pool: Routed,
  startedMs: number,
  parts: UpgradeParts,
): Promise<FoundNode | NotFound> => {
  const key = stickyKey(pool.sticky, request.headers);
  const tried: Upstream[] = [];
  const lateAtMs = startedMs + parts.firstByteMs(request.target);
  let unsentFailures = 0;
  let refusal: Refusal = pool.nobody();
  for (let choice = pool.table.choose(tried, key); choice !== undefined; choice = pool.table.choose(tried, key)) {
    if (tried.length > 0) parts.telemetry.retried();
    const { connectMs } = parts.limits;
    const dialed = unlessRetired(await dial(choice.upstream.origin, { connectMs, signal }), choice);
    if (dialed.kind === 'connected') return { kind: 'found', pool, choice, node: dialed.socket };
    pool.table.finished(choice, signal.aborted ? { kind: 'client-gone' } : dialed);
    refusal = refusalFor(dialed.because);
    tried.push(choice.upstream);
    if (dialed.because !== 'retired') unsentFailures += 1;
    const isLate = parts.clock.monotonicMs() >= lateAtMs;
    const next = afterFailure(dialed, { ...handshake, unsentFailures, isLate });
    if (signal.aborted || next.kind === 'give-up') break;
  }
  return { kind: 'none', refusal };
};

const unlessRetired = (dialed: Dialed, { upstream }: Choice): Dialed => {
  if (dialed.kind === 'failed' || !upstream.isRetired) return dialed;
  dialed.socket.destroy();
  const failure: Failure = { kind: 'failed', because: 'retired', sent: false, reused: false };
  return failure;
};
