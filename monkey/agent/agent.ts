/*
 * The agent of one node: it joins the pool, makes rounds, beats in between, and carries its node through its life.
 *
 * INVARIANTS
 * - Treatment and rounds stop while Redis is away, or while the pool can't be read: it is said once, and all resumes
 *   by itself.
 * - Whatever ends the agent ends all of it.
 * - Metrics are nobody's step: whatever becomes of them, the agent lives on, and ends as it should.
 */

import type { BeatAnswer } from '../../pool/store.ts';
import { AgentRefused } from './agent-refused.ts';
import { keepBaselines } from './baselines.ts';
import { beatOn } from './beats.ts';
import type { Context } from './context.ts';
import { newEvidenceDesk } from './evidence-desk.ts';
import { sayFarewell } from './farewell.ts';
import { joinPool } from './join.ts';
import { newKnown } from './known.ts';
import { newMemoryDiary } from './memory-diary.ts';
import { newMind } from './mind.ts';
import type { AgentOptions, AgentParts, Self } from './parts.ts';
import { newProfileDesk } from './profile-desk.ts';
import { newProfiling } from './profiling.ts';
import { beginPush } from './pushing.ts';
import { settle } from './settling.ts';
import { whoAmI } from './who-am-i.ts';

/**
 * Runs the agent until the signal aborts; then, where the machine is going down, drains and leaves first.
 *
 * @param onReady called once, when the node has joined
 * @throws AgentRefused where this agent must not act as this node (exit 2)
 */
export const runAgent = async (
  options: AgentOptions,
  parts: AgentParts,
  stop: AbortSignal,
  onReady: () => void,
): Promise<void> => {
  const self = await whoAmI(parts, stop);
  if (self === undefined) return;
  // A second session, found by the beat, ends the agent from the inside; SIGTERM does from the outside.
  const end = new AbortController();
  const stopped = (): void => end.abort();
  stop.addEventListener('abort', stopped, { once: true });
  if (stop.aborted) stopped();
  const context = newContext(options, parts, self, end.signal);
  // They go also while Redis is away.
  const push = beginPush(parts, self, end.signal);
  try {
    await live(context, end, onReady);
  } catch (error) {
    end.abort();
    await Promise.all([settle(parts, self), push.ended()]);
    throw error;
  } finally {
    stop.removeEventListener('abort', stopped);
    end.abort();
  }
  const farewell = sayFarewell(newContext(options, parts, self, new AbortController().signal));
  await Promise.all([farewell, settle(parts, self), push.ended()]);
  parts.log.info('stopped', { node: self.id });
};

const newContext = (options: AgentOptions, parts: AgentParts, self: Self, signal: AbortSignal): Context => {
  const profiling = newProfiling(parts.profiler, parts.clock);
  const memory = newMemoryDiary(parts, signal);
  return {
    ...{ options, parts, self, signal, profiling, memory },
    known: newKnown(self, parts.clock, parts.log),
    evidence: newEvidenceDesk({ options, parts, self, profiling, memory }, parts.clock, signal),
  };
};

const live = async (context: Context, end: AbortController, onReady: () => void): Promise<void> => {
  const { parts, signal } = context;
  await joinPool(context);
  if (signal.aborted) return;
  onReady();
  let refused: AgentRefused | undefined;
  const mind = newMind(context, (because) => {
    refused ??= new AgentRefused(because);
    end.abort();
  });
  const profiles = newProfileDesk(context);
  const onBeat = (answer: BeatAnswer): void => {
    mind.onBeat(answer);
    profiles.heard(answer.profile);
  };
  parts.rounds(mind.onRound, signal);
  const beats = beatOn(context, mind.condition, onBeat);
  await Promise.all([beats, mind.think(), keepBaselines(context, mind.condition), context.memory.keep()]);
  if (refused !== undefined) throw refused;
};
