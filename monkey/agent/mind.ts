/*
 * The loop that does one step after the other; a round that is due or a record that has changed wakes it.
 *
 * INVARIANTS
 * - One step at a time: rounds and treatment never run side by side.
 * - What to do next is read from the record each time, so that a restart anywhere goes on where it was.
 * - What changes nothing is tried again ever more slowly.
 * - What was measured long ago is not told as what is.
 */
import { type NodeRecord, type Token, tokenOf } from '../../pool/record.ts';
import { type BeatAnswer, PoolAway } from '../../pool/store.ts';
import { formatMs } from '../../pool/units.ts';
import { AgentRefused } from './agent-refused.ts';
import type { Condition } from './beats.ts';
import { noCauses, withCause } from './causes.ts';
import { type Context, type Read, viewNow } from './context.ts';
import { newLocalChecks } from './local-checks.ts';
import { newRoundTimes } from './round-times.ts';
import { newWatch, round, type Watch } from './serving.ts';
import { newTender, type Tender } from './tend.ts';
import { newWaker } from './waker.ts';

export interface Mind {
  readonly condition: () => Condition;
  readonly onRound: () => void;
  readonly onBeat: (answer: BeatAnswer) => void;
  /** Ends when the signal aborts. */
  readonly think: () => Promise<void>;
}

/** Between two steps that changed nothing, and after a step that failed. */
const pausesMs = { first: 50, longest: 5_000, failed: 500 } as const;

export const newMind = (context: Context, refuse: (because: string) => void): Mind => {
  const { parts, self, known, signal } = context;
  const waker = newWaker(signal);
  const tender = newTender(context);
  const stepper = newStepper(context, tender);

  const failures = newFailures(context);

  const failed = async (error: unknown): Promise<'again'> => {
    if (error instanceof AgentRefused) refuse(error.message);
    // That Redis is away is said by the beat, once.
    else if (!(error instanceof PoolAway)) failures.say(String(error));
    await parts.clock.sleep(pausesMs.failed * (0.5 + parts.random()), signal);
    return 'again';
  };

  return {
    condition: stepper.condition,
    onRound: () => {
      stepper.roundIsDue();
      waker.wake();
    },
    onBeat: ({ epoch, record }) => {
      known.read({ epoch, record });
      tender.heard(record);
      if (record !== undefined && known.isTakenOver(record))
        refuse(`another session, ${record.session}, took over ${self.id}`);
      if (!stepper.hasSeen(record)) waker.wake();
    },
    think: async () => {
      while (!signal.aborted) if ((await stepper.step().then(failures.over, failed)) === 'rest') await waker.rest();
    },
  };
};

/** The steps that failed since one went well: each cause is said once, however often it is tried again. */
const newFailures = ({ parts, self }: Context) => {
  let said = noCauses;
  return {
    say: (because: string): void => {
      if (!said.has(because)) parts.log.error('step-failed', { node: self.id, because });
      said = withCause(said, because);
    },
    over: (next: 'rest' | 'again'): 'rest' | 'again' => {
      said = noCauses;
      return next;
    },
  };
};

/** One step at a time, each from the record as it is then. */
const newStepper = (context: Context, tender: Tender) => {
  const { parts, self, signal } = context;
  const checks = newLocalChecks(context);
  const times = newRoundTimes(parts.clock);
  let watch: Watch = newWatch;
  let roundDue = false;
  let seen: Token | undefined;
  let pauseMs: number = pausesMs.first;

  const serve = async (read: Read): Promise<'rest' | 'again'> => {
    if (!roundDue) return 'rest';
    roundDue = false;
    watch = await round(context, watch, read, checks);
    times.ended();
    return watch.mayBeOut ? 'again' : 'rest';
  };

  return {
    condition: () => ({ ...conditionBy(watch, times.oldMs()), failing: tender.failing() }),
    roundIsDue: () => {
      roundDue = true;
      times.due();
    },
    hasSeen: (record: NodeRecord | undefined) => (record && tokenOf(record)) === seen,
    step: async (): Promise<'rest' | 'again'> => {
      const askedAtMs = parts.clock.monotonicMs();
      const view = await viewNow(context);
      const record = view.nodes.get(self.id);
      const before = seen;
      seen = record && tokenOf(record);
      if (record?.state === 'serving' && record.session === self.session) return serve({ view, askedAtMs });
      // Counters start anew with the return to service: what was, was before the treatment.
      watch = newWatch;
      checks.forget();
      if (!(await tender.tend(view, record))) return 'rest';
      pauseMs = seen === before ? Math.min(pauseMs * 2, pausesMs.longest) : pausesMs.first;
      await parts.clock.sleep(pauseMs, signal);
      return 'again';
    },
  };
};

/** What is told of the node, by its last round; that it is not known, where that round is old. */
const conditionBy = (watch: Watch, oldMs: number | undefined): Condition =>
  oldMs === undefined || watch === newWatch
    ? { vitals: watch.vitals, finding: watch.finding }
    : { vitals: undefined, finding: { kind: 'unknown', because: `the last round ended ${formatMs(oldMs)} ago` } };
