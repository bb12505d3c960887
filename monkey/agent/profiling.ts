/*
 * The one profiler of this node, which can do one thing at a time.
 *
 * INVARIANTS
 * - It never throws, and never outlives its deadline by more than a moment, whatever the profiler does.
 * - Evidence goes before what a human has asked for, and that before a baseline: what is being taken for less is ended,
 *   and says for what. A human is refused while evidence is taken; a baseline is not begun while anything is.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import type { Captured, NotCaptured, ProfileAsk, Profiler } from '../doctor/ports/profiler.ts';

type Timing = Pick<Clock, 'sleep' | 'monotonicMs'>;
type Capture = (ask: ProfileAsk, limits: Limits) => Promise<Captured | NotCaptured>;

export interface Profiling {
  /** Of a sick node. */
  readonly evidence: Capture;
  /** For a human, of a node as it is. */
  readonly asked: Capture;
  /** Of a healthy one. */
  readonly baseline: Capture;
}

interface AtWork {
  readonly isEvidence: boolean;
  /** Ends it, and says for what. */
  readonly end: (because: string) => void;
  readonly ended: Promise<unknown>;
}

/** A profiler that was told to end is given this long to say what it has: perf reads for 600 ms what it has recorded. */
const endingMs = 650;
/** As long where another waits for it: a minute's samples are not read in a moment, and a profiler refuses a second one. */
const yieldingMs = 3_000;

const not = (because: string): NotCaptured => ({ kind: 'not-captured', because });

const sicknessFirst = 'the node fell sick, and evidence of that goes first';
const humanFirst = 'a human asked for a profile, and that goes first';

export const newProfiling = (profiler: Profiler | undefined, clock: Timing): Profiling => {
  if (profiler === undefined) {
    const none: Capture = async () => not('this agent has no profiler');
    return { evidence: none, asked: none, baseline: none };
  }
  let atWork: AtWork | undefined;

  const begin = (isEvidence: boolean, ask: ProfileAsk, limits: Limits): Promise<Captured | NotCaptured> => {
    const ending = new AbortController();
    const answer = bounded(profiler, ask, limits, { ending: ending.signal, clock }).finally(() => {
      if (atWork === mine) atWork = undefined;
    });
    const mine: AtWork = { isEvidence, end: (because) => ending.abort(because), ended: answer };
    atWork = mine;
    return answer;
  };

  return {
    evidence: async (ask, limits) => {
      const beganMs = clock.monotonicMs();
      // Others may begin with what was waited for: they are ended too.
      for (; atWork !== undefined; await atWork.ended) atWork.end(sicknessFirst);
      const waitedMs = clock.monotonicMs() - beganMs;
      return begin(
        true,
        { ...ask, mayDeoptimize: true },
        { ...limits, deadlineMs: Math.max(1, limits.deadlineMs - waitedMs) },
      );
    },
    asked: async (ask, limits) => {
      for (; atWork !== undefined; await atWork.ended) {
        if (atWork.isEvidence) return not('its node is sick, and evidence of that is being taken: monkey incidents');
        atWork.end(humanFirst);
      }
      return begin(false, ask, limits);
    },
    baseline: async (ask, limits) =>
      atWork === undefined ? begin(false, ask, limits) : not('the profiler is at work'),
  };
};

const bounded = async (
  profiler: Profiler,
  ask: ProfileAsk,
  { deadlineMs, signal: outer }: Limits,
  { ending, clock }: { readonly ending: AbortSignal; readonly clock: Timing },
): Promise<Captured | NotCaptured> => {
  const over = new AbortController();
  const signal = AbortSignal.any([...(outer === undefined ? [] : [outer]), ending, over.signal]);
  const late = async (): Promise<NotCaptured> => {
    await clock.sleep(deadlineMs + endingMs, signal);
    if (signal.aborted && !over.signal.aborted) await clock.sleep(ending.aborted ? yieldingMs : endingMs, over.signal);
    return not(ending.aborted ? String(ending.reason) : 'the profiler did not end in time');
  };
  const captured = profiler
    .capture(ask, { deadlineMs, signal })
    .catch((error: unknown) => not(`the profiler failed: ${String(error)}`));
  try {
    return saidFor(await Promise.race([captured, late()]), ending);
  } finally {
    over.abort();
  }
};

/** What was ended for another says so. */
const saidFor = (answer: Captured | NotCaptured, ending: AbortSignal): Captured | NotCaptured => {
  if (!ending.aborted) return answer;
  const because = String(ending.reason);
  if (answer.kind === 'not-captured') return { ...answer, because };
  return answer.cut === undefined ? answer : { ...answer, cut: because };
};
