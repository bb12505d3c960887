import type { Clock } from '../../pool/clock.ts';
import { bringPolicy } from '../doctor/life/bring-policy.ts';
import { join, urlOwner } from '../doctor/life/join.ts';
import { type Context, change, poolLimits, viewNow } from './context.ts';

/** Why an agent ends by itself: it is not who it thinks it is, or it is not the only one. */
export class AgentRefused extends Error {
  readonly code = 'agent-refused';
}

/**
 * Joins the pool, or comes back to it after a restart.
 * @throws AgentRefused where another living session holds the record, or the record says that this is somebody else
 */
export const joinPool = async (context: Context): Promise<void> => {
  await refuseSecondSession(context);
  const gone = await goneOwners(context);
  const { self, options, parts } = context;
  const outcome = await change(context, join({ ...self, url: options.url, service: options.service, gone }));
  if (outcome.kind === 'nothing' && outcome.detail?.['refusal'] !== undefined) throw new AgentRefused(outcome.because);
  if (outcome.kind !== 'committed' && outcome.kind !== 'nothing') throw new Error(`could not join: ${outcome.because}`);
  if (options.policy !== undefined) {
    const brought = await change(context, bringPolicy(options.policy, `agent of ${self.id}`));
    if (brought.kind === 'nothing' && brought.detail !== undefined)
      parts.log.warn('policy-differs', { because: brought.because });
  }
  parts.log.info('joined', { node: self.id, url: options.url, bootId: self.bootId, session: self.session });
};

/** Beats missed before a session counts as dead. */
const missedBeats = 2.5;

/**
 * A session that beats while we watch is alive. It is watched only if its last beat is so fresh that it may be: an
 * agent killed a moment ago looks the same as a living one until its next beat fails to come.
 */
const refuseSecondSession = async (context: Context): Promise<void> => {
  const { self, options, parts, signal } = context;
  const watchMs = options.beatMs * missedBeats;
  const first = await viewNow(context);
  const record = first.nodes.get(self.id);
  const seenMs = first.seen.get(self.id);
  if (record === undefined || seenMs === undefined || record.session === self.session) return;
  if (first.nowMs - seenMs > watchMs) return;
  const until = deadline(parts.clock, watchMs);
  while (until.leftMs() > 0 && !signal.aborted) {
    await parts.clock.sleep(Math.min(100, until.leftMs()), signal);
    const view = await viewNow(context);
    if ((view.seen.get(self.id) ?? 0) > seenMs && view.nodes.get(self.id)?.session === record.session)
      throw new AgentRefused(`another agent, session ${record.session}, is alive as ${self.id}`);
  }
};

/** Where our URL belongs to another id: EC2 is asked whether that one still exists. */
const goneOwners = async (context: Context): Promise<readonly string[]> => {
  const { self, options, parts } = context;
  const owner = urlOwner(await viewNow(context), { id: self.id, url: options.url });
  if (owner === undefined) return [];
  const state = await parts.power.describe(owner.id, poolLimits(context));
  const gone = state.kind === 'no-such-instance' || (state.kind === 'known' && state.state === 'terminated');
  return gone ? [owner.id] : [];
};

const deadline = (clock: Clock, ms: number) => {
  const endMs = clock.monotonicMs() + ms;
  return { leftMs: () => endMs - clock.monotonicMs() };
};
