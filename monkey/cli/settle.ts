/**
 * Waits until a drain that a human asked for has ended, and says what it waits for. The agent of the node ends it;
 * where that agent is dead, this does.
 */
import { systemClock } from '../../pool/clock.ts';
import { defaultPolicy } from '../../pool/policy.ts';
import type { NodeRecord } from '../../pool/record.ts';
import type { PoolView } from '../../pool/view.ts';
import { endDrain } from '../doctor/life/after-drain.ts';
import { drained } from '../doctor/treatment/drained.ts';
import type { Io } from './command.ts';
import { giveOrder } from './order.ts';
import type { OpenPool } from './pool-command.ts';
import { harmless } from './print.ts';

const lookEveryMs = 200;
/** How long an agent has to end a drain that could be ended, before it is ended without it. */
const agentGraceMs = 3_000;
const oneCallMs = 2_500;

/** The state in which the node ended up: `held` or `left`, or another where somebody else decided otherwise. */
export const untilDrained = async (io: Io, { store }: OpenPool, node: string, quiet: boolean): Promise<string> => {
  const pool: OpenPool = { store, limits: () => ({ deadlineMs: oneCallMs, signal: io.signal }) };
  let told = '';
  let endableSinceMs: number | undefined;
  while (!io.signal.aborted) {
    const view = await store.view(pool.limits());
    const record = view.nodes.get(node);
    if (record?.state !== 'draining') return record?.state ?? 'forgotten';
    const waiting = waitingFor(view, record);
    if (waiting.because !== told && !quiet) io.err.write(`waiting: ${harmless(waiting.because)}\n`);
    told = waiting.because;
    if (!waiting.endable) endableSinceMs = undefined;
    else endableSinceMs ??= systemClock.monotonicMs();
    if (
      endableSinceMs !== undefined &&
      (waiting.agentSilent || systemClock.monotonicMs() - endableSinceMs > agentGraceMs)
    )
      await giveOrder(pool, endDrain({ node, session: record.session }, waiting.because));
    await systemClock.sleep(lookEveryMs, io.signal);
  }
  return 'draining';
};

interface Waiting {
  readonly because: string;
  /** Routers have let go, or the deadline has passed: nothing but the agent is waited for. */
  readonly endable: boolean;
  readonly agentSilent: boolean;
}

const waitingFor = (view: PoolView, record: NodeRecord): Waiting => {
  const policy = view.policy?.policy ?? defaultPolicy();
  const seenMs = view.seen.get(record.id);
  const agentSilent = seenMs === undefined || view.nowMs - seenMs > policy.silence.after;
  const answer = drained(view, record, policy, { waitedMs: view.nowMs - record.sinceMs, established: undefined });
  const endable = answer.kind === 'drained';
  const suffix = endable && !agentSilent ? '; its agent makes sure that the app has no connections left' : '';
  const silent = agentSilent ? ' (its agent is silent)' : '';
  return { because: `${answer.because}${suffix}${silent}`, endable, agentSilent };
};
