/*
 * The one profiler of this node, which can do one thing at a time.
 *
 * INVARIANTS
 * - It never throws, and never outlives its deadline by more than a moment, whatever the profiler does.
 * - Evidence goes before a baseline: one that is being taken is ended.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import type { Captured, NotCaptured, ProfileAsk, Profiler } from '../doctor/ports/profiler.ts';

export interface Profiling {
  /** Of a sick node. */
  readonly evidence: (ask: ProfileAsk, limits: Limits) => Promise<Captured | NotCaptured>;
  /** Of a healthy one; not while the profiler is at work. */
  readonly baseline: (ask: ProfileAsk, limits: Limits) => Promise<Captured | NotCaptured>;
}

/** A profiler that was told to end is given this long to say what it has. */
const endingMs = 500;

const not = (because: string): NotCaptured => ({ kind: 'not-captured', because });

export const newProfiling = (profiler: Profiler | undefined, clock: Pick<Clock, 'sleep'>): Profiling => {
  let atWork: { readonly end: AbortController; readonly ended: Promise<unknown> } | undefined;

  const late = async (deadlineMs: number, ending: AbortSignal, over: AbortSignal): Promise<NotCaptured> => {
    await clock.sleep(deadlineMs + endingMs, AbortSignal.any([ending, over]));
    if (ending.aborted && !over.aborted) await clock.sleep(endingMs, over);
    return not('the profiler did not end in time');
  };
  const capture = async (by: Profiler, ask: ProfileAsk, limits: Limits): Promise<Captured | NotCaptured> => {
    const end = new AbortController();
    const signal = limits.signal === undefined ? end.signal : AbortSignal.any([limits.signal, end.signal]);
    const captured = by
      .capture(ask, { deadlineMs: limits.deadlineMs, signal })
      .catch((error: unknown) => not(`the profiler failed: ${String(error)}`));
    const over = new AbortController();
    const answer = Promise.race([captured, late(limits.deadlineMs, signal, over.signal)]);
    const mine = { end, ended: answer };
    atWork = mine;
    try {
      return await answer;
    } finally {
      over.abort();
      end.abort();
      if (atWork === mine) atWork = undefined;
    }
  };

  return {
    evidence: async (ask, limits) => {
      if (profiler === undefined) return not('this agent has no profiler');
      atWork?.end.abort();
      await atWork?.ended;
      return capture(profiler, ask, limits);
    },
    baseline: async (ask, limits) => {
      if (profiler === undefined) return not('this agent has no profiler');
      return atWork === undefined ? capture(profiler, ask, limits) : not('the profiler is at work');
    },
  };
};
