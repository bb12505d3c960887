/*
 * INVARIANTS
 * - An agent joins only after it has seen that no other lives in the session that its record names.
 * - Who must not join ends; what is merely not known yet is asked again.
 */
import { bringPolicy } from '../doctor/life/bring-policy.ts';
import { type JoinRefusal, join, type Newcomer, urlOwner } from '../doctor/life/join.ts';
import { AgentRefused } from './agent-refused.ts';
import { type Context, change, viewNow } from './context.ts';
import { untilDone } from './until-done.ts';

/**
 * Joins the pool, or comes back to it after a restart, as often as it takes; every cause of a delay is said once.
 * @throws AgentRefused where another living session holds the record, or the record says that this is somebody else
 */
export const joinPool = (context: Context): Promise<void> => untilDone(context, 'join', () => tryToJoin(context));

const tryToJoin = async (context: Context): Promise<void> => {
  const { self, options, parts, known } = context;
  const replaces = await deadSession(context);
  if (context.signal.aborted) return;
  const owner = await ownerOfUrl(context);
  const { url, service } = options;
  const outcome = await change(
    context,
    join({ ...self, url, service, replaces, urlOwner: owner, beforeLoss: known.beforeLoss() }),
  );
  if (outcome.kind === 'nothing') {
    const refusal = outcome.detail?.['refusal'] as JoinRefusal | undefined;
    if (refusal === 'url-taken' || refusal === 'other-url') throw new AgentRefused(outcome.because);
    if (refusal === 'look-again') throw new Error(outcome.because);
  }
  // Nobody can say whether an `unknown` one was applied; the next try finds out.
  else if (outcome.kind !== 'committed') throw new Error(`could not join: ${outcome.because}`);
  known.joined(outcome.kind === 'committed' ? outcome.version : await ourVersion(context));
  await bring(context);
  parts.log.info('joined', { node: self.id, url, bootId: self.bootId, session: self.session });
};

/** Where an earlier try has joined: what our record says. */
const ourVersion = async (context: Context): Promise<number> =>
  (await viewNow(context)).nodes.get(context.self.id)?.version ?? 0;

const bring = async (context: Context): Promise<void> => {
  const { options, self, parts } = context;
  if (options.policy === undefined) return;
  const brought = await change(context, bringPolicy(options.policy, `agent of ${self.id}`));
  if (brought.kind === 'nothing' && brought.detail !== undefined)
    parts.log.warn('policy-differs', { because: brought.because });
};

/** Beats missed before a session counts as dead. */
const missedBeats = 2.5;

/**
 * The session in our record, once it is sure that it no longer lives. A session that beats while we watch is alive. It
 * is watched only if its last beat is so fresh that it may be: an agent killed a moment ago looks the same as a living
 * one until its next beat fails to come.
 */
const deadSession = async (context: Context): Promise<string | undefined> => {
  const { self, options, parts, signal } = context;
  const watchMs = options.beatMs * missedBeats;
  const first = await viewNow(context);
  const session = first.nodes.get(self.id)?.session;
  const seenMs = first.seen.get(self.id);
  if (session === undefined || session === self.session || seenMs === undefined) return session;
  if (first.nowMs - seenMs > watchMs) return session;
  const toldBefore = first.beats.get(self.id)?.session;
  const endMs = parts.clock.monotonicMs() + watchMs;
  while (parts.clock.monotonicMs() < endMs && !signal.aborted) {
    await parts.clock.sleep(Math.min(100, watchMs), signal);
    const { seen, beats } = await viewNow(context);
    if ((seen.get(self.id) ?? 0) <= seenMs) continue;
    const told = beats.get(self.id)?.session;
    if (told === session) throw new AgentRefused(`another agent, session ${session}, is alive as ${self.id}`);
    // An agent of a version without pulses leaves what stood there, or nothing: it may be the session in the record.
    if (told === undefined || (told === toldBefore && told !== self.session))
      throw new Error(
        `somebody beats as ${self.id} and does not tell its session; it may be ${session}, which lives on`,
      );
  }
  return session;
};

/** Where our URL belongs to another id: EC2 is asked whether that one still exists. */
const ownerOfUrl = async (context: Context): Promise<Newcomer['urlOwner']> => {
  const { self, options, parts, signal } = context;
  const owner = urlOwner(await viewNow(context), { id: self.id, url: options.url });
  if (owner === undefined) return undefined;
  const { id } = owner;
  const state = await parts.power.describe(id, { deadlineMs: 10_000, signal });
  if (state.kind === 'unknown') throw new Error(`${options.url} belongs to ${id}; EC2 could not say whether it exists`);
  if (state.kind === 'known' && state.state === 'shutting-down')
    throw new Error(`${options.url} belongs to ${id}, which is being terminated`);
  return { id, gone: state.kind === 'no-such-instance' || state.state === 'terminated' };
};
