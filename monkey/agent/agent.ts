/*
 * The agent of one node: it joins the pool, makes rounds, beats in between, and carries its node through its life.
 *
 * INVARIANTS
 * - One step at a time: rounds and treatment never run side by side; only the beat goes on meanwhile.
 * - What to do next is read from the record each time, so that a restart anywhere goes on where it was.
 * - Redis away, or a pool that can't be read: nothing is done, it is said once, and all resumes by itself.
 */
import { isKnownState, type NodeRecord, tokenOf } from '../../pool/record.ts';
import { type BeatAnswer, PoolAway } from '../../pool/store.ts';
import { comeBack } from '../doctor/life/after-checks.ts';
import { farewell } from '../doctor/life/farewell.ts';
import { beatOn } from './beats.ts';
import { whileChecking } from './checking.ts';
import { type Context, change, policyOf, viewNow } from './context.ts';
import { whileDraining } from './draining.ts';
import { AgentRefused, joinPool } from './join.ts';
import { newKnown } from './known.ts';
import type { AgentOptions, AgentParts } from './parts.ts';
import { whileRebooting } from './rebooting.ts';
import { newWatch, round, type Watch } from './serving.ts';
import { newWaker } from './waker.ts';

/**
 * Runs the agent until the signal aborts; then, where the machine is going down, drains and leaves first.
 * @throws AgentRefused where this agent must not act as this node (exit 2)
 */
export const runAgent = async (
  options: AgentOptions,
  parts: AgentParts,
  stop: AbortSignal,
  onReady: () => void,
): Promise<void> => {
  // A second session, found by the beat, ends the agent from the inside; SIGTERM does from the outside.
  const end = new AbortController();
  const signal = AbortSignal.any([stop, end.signal]);
  const self = await whoAmI(parts, signal);
  if (self === undefined) return;
  const context: Context = { parts, options, self, signal, known: newKnown(parts.clock, parts.log) };
  await untilDone(context, 'join', () => joinPool(context));
  onReady();
  const mind = newMind(context, (because) => end.abort(new AgentRefused(because)));
  parts.rounds(mind.onRound, signal);
  await Promise.all([beatOn(context, mind.condition, mind.onBeat), mind.think()]);
  if (end.signal.reason instanceof AgentRefused) throw end.signal.reason;
  await leaveIfShuttingDown({ ...context, signal: AbortSignal.timeout(60_000) });
};

/** Asks the machine who it is, for as long as it takes; undefined when stopped meanwhile. */
const whoAmI = async ({ machine, clock, log, newId }: AgentParts, signal: AbortSignal) => {
  const session = newId();
  let said = '';
  while (!signal.aborted) {
    try {
      return { id: await machine.instanceId({ deadlineMs: 5_000, signal }), bootId: await machine.bootId(), session };
    } catch (error) {
      if (said !== String(error)) log.error('who-am-i-unknown', { because: String(error) });
      said = String(error);
      await clock.sleep(1_000, signal);
    }
  }
  return undefined;
};

/** Does something with the pool until it succeeds; every cause is said once. */
const untilDone = async ({ parts, signal }: Context, what: string, act: () => Promise<void>): Promise<void> => {
  let said = '';
  while (!signal.aborted) {
    try {
      await act();
      return;
    } catch (error) {
      if (error instanceof AgentRefused) throw error;
      if (said !== String(error)) parts.log.warn(`${what}-put-off`, { because: String(error) });
      said = String(error);
      await parts.clock.sleep(250 + 500 * parts.random(), signal);
    }
  }
};

/** The loop that does one step after the other; a round that is due or a record that has changed wakes it. */
const newMind = (context: Context, refuse: (because: string) => void) => {
  const { parts, self, known, signal } = context;
  const waker = newWaker(signal);
  let watch: Watch = newWatch;
  let roundDue = false;
  let token: string | undefined;

  const step = async (): Promise<'rest' | 'again'> => {
    const record = (await viewNow(context)).nodes.get(self.id);
    token = record && tokenOf(record);
    if (record?.state === 'serving' && record.session === self.session) {
      if (!roundDue) return 'rest';
      roundDue = false;
      watch = await round(context, watch);
      return 'again';
    }
    // Counters start anew with the return to service: what was, was before the treatment.
    watch = newWatch;
    return tend(context, record, refuse);
  };

  return {
    condition: () => ({ vitals: watch.vitals, finding: watch.finding }),
    onRound: () => {
      roundDue = true;
      waker.wake();
    },
    onBeat: (answer: BeatAnswer) => {
      known.read(answer);
      const { record } = answer;
      if (record !== undefined && record.session !== self.session) refuse(takenOver(record));
      if ((record && tokenOf(record)) !== token) waker.wake();
    },
    think: async () => {
      while (!signal.aborted) {
        const next = await step().catch((error: unknown) => stepFailed(context, error, refuse));
        if (next === 'rest') await waker.rest();
      }
      parts.log.info('stopped', { node: self.id });
    },
  };
};

const takenOver = ({ id, session }: NodeRecord): string => `another session, ${session}, took over ${id}`;

const stepFailed = async (
  { parts, signal, self }: Context,
  error: unknown,
  refuse: (because: string) => void,
): Promise<'again'> => {
  if (error instanceof AgentRefused) refuse(error.message);
  // That Redis is away is said by the beat, once.
  else if (!(error instanceof PoolAway)) parts.log.error('step-failed', { node: self.id, because: String(error) });
  await parts.clock.sleep(500, signal);
  return 'again';
};

/** What to do in every state but serving. */
const tend = async (
  context: Context,
  record: NodeRecord | undefined,
  refuse: (because: string) => void,
): Promise<'rest' | 'again'> => {
  const { self, parts, signal } = context;
  if (record !== undefined && record.session !== self.session) {
    refuse(takenOver(record));
    return 'rest';
  }
  const act = record === undefined ? () => joinPool(context) : deeds(context, record);
  if (act === undefined) return 'rest';
  await act();
  // A deed that found nothing to do must not spin.
  await parts.clock.sleep(50, signal);
  return 'again';
};

/** What this state asks of the agent; undefined where it can only wait. */
const deeds = (context: Context, record: NodeRecord): (() => Promise<void>) | undefined => {
  const who = { node: record.id, session: record.session };
  if (!isKnownState(record.state)) {
    context.parts.log.warn('state-unknown', { node: record.id, state: record.state });
    return undefined;
  }
  switch (record.state) {
    case 'checking':
      return () => whileChecking(context);
    case 'draining':
      return () => whileDraining(context, record);
    case 'rebooting':
      return () => whileRebooting(context);
    case 'lost':
      return () => change(context, comeBack(who)).then(() => undefined);
    case 'serving':
    case 'quarantined':
    case 'held':
    case 'left':
      return undefined;
  }
};

/** A machine that goes down is drained first; a restart of the agent alone leaves it serving. */
const leaveIfShuttingDown = async (context: Context): Promise<void> => {
  if (!(await context.parts.machine.shuttingDown())) return;
  try {
    const policy = policyOf(await viewNow(context));
    const outcome = await change(context, farewell({ node: context.self.id, session: context.self.session }, policy));
    const record = outcome.kind === 'committed' ? (await viewNow(context)).nodes.get(context.self.id) : undefined;
    if (record !== undefined) await whileDraining(context, record);
  } catch (error) {
    context.parts.log.warn('farewell-failed', { node: context.self.id, because: String(error) });
  }
};
