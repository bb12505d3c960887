/*
 * The profiler of a node: by the inspector where its app is Node.js, by perf otherwise.
 *
 * INVARIANTS
 * - One capture at a time, of one process at a time: of several Node processes the busiest is looked at.
 * - A refusal of one way is no end: the other is tried, and where both refuse both are told.
 */
import type { Clock } from '../../../pool/clock.ts';
import type { Limits } from '../../../pool/store.ts';
import { messageOf } from '../../../pool/thrown.ts';
import { OutOfTime, within } from '../../../pool/within.ts';
import type { ProcessesFound, ProcessFacts, ProcessLook } from '../../doctor/ports/process-look.ts';
import type { Captured, NotCaptured, ProfileAsk, Profiler } from '../../doctor/ports/profiler.ts';
import type { DebtsKept } from './debts-file.ts';
import { isNode, titleOf } from './inspect-permission.ts';
import { captureByInspector } from './inspector.ts';
import { type Debts, newDebts } from './inspector-debts.ts';
import { captureByPerf, mostPids } from './perf.ts';
import { perfObstacle } from './perf-permission.ts';

/** What is to be profiled. */
export type Target =
  | {
      readonly kind: 'processes';
      /** In words, where they are several: "meow.service". */
      readonly name: string;
      readonly find: (signal: AbortSignal) => Promise<ProcessesFound>;
    }
  | { readonly kind: 'machine' };

export type By = Captured['by'];

export interface ProfilerParts {
  readonly look: ProcessLook;
  readonly clock: Clock;
  /** PATH, where perf is looked for. */
  readonly path: string;
  /** The only way that is allowed; without it, whichever fits. */
  readonly by?: By | undefined;
  /** Where is kept which inspectors are owed; those that are in there are closed. Without it, in memory alone. */
  readonly kept?: DebtsKept | undefined;
}

/** What is to be asked for at all: more would cost the process, the disk or the reader too much. */
export const askBounds = { seconds: 300, hz: 1_000 } as const;

const looksApartMs = 200;

/** A profiler of what runs on this machine. */
export interface LocalProfiler extends Profiler {
  /**
   * Resolves once no inspector is owed or it is given up, within bounds of its own, with what may still be open. Whoever
   * ends after a capture waits for this.
   */
  settled(): Promise<readonly string[]>;
}

export const profilerOf = (target: Target, parts: ProfilerParts): LocalProfiler => {
  const debts = newDebts(parts);
  let running: Promise<Captured | NotCaptured> | undefined;
  return {
    capture: async (ask, limits) => {
      if (running !== undefined) return refused('a profile is being taken already; one at a time');
      running = captureOrSay(target, bounded(ask), limits, { ...parts, debts });
      try {
        return await running;
      } finally {
        running = undefined;
      }
    },
    settled: async () => {
      // A capture that was told to end may still have to leave something owed.
      await running;
      return debts.settled();
    },
  };
};

const captureOrSay = async (...asked: Parameters<typeof capture>): ReturnType<typeof capture> => {
  try {
    return await capture(...asked);
  } catch (error) {
    if (error instanceof OutOfTime) return refused(`there was no time to profile: ${error.message}`);
    return refused(`it could not be profiled: ${messageOf(error)}`);
  }
};

const bounded = ({ seconds, hz, ...how }: ProfileAsk): ProfileAsk => ({
  ...how,
  seconds: Math.min(askBounds.seconds, seconds),
  hz: Math.max(1, Math.min(askBounds.hz, Math.round(hz))),
});

const refused = (because: string): NotCaptured => ({ kind: 'not-captured', why: 'not-allowed', because });

type Parts = ProfilerParts & { readonly debts: Debts };

const capture = async (
  target: Target,
  ask: ProfileAsk,
  limits: Limits,
  parts: Parts,
): Promise<Captured | NotCaptured> => {
  const endMs = parts.clock.monotonicMs() + limits.deadlineMs;
  const left = (): Limits => ({ ...limits, deadlineMs: Math.max(1, endMs - parts.clock.monotonicMs()) });
  if (target.kind === 'machine')
    return parts.by === 'inspector'
      ? refused('the inspector looks at one process, not at the whole machine')
      : byPerf(undefined, 'the whole machine', ask, left(), parts);
  const found = await within(limits, (signal) => lookedAt(target, parts, signal));
  if (found.kind === 'none') return { kind: 'not-captured', why: 'nothing', because: found.because };
  const { processes, busiestNode } = found;
  const inspected = parts.by === 'perf' ? undefined : await captureByInspector(busiestNode, ask, left(), parts);
  if (inspected?.kind === 'captured' || inspected?.why === 'nothing' || parts.by === 'inspector')
    return inspected ?? refused('no way to profile is allowed');
  const [first] = processes;
  const of = processes.length === 1 && first !== undefined ? titleOf(first) : target.name;
  const recorded = await byPerf(processes, of, ask, left(), parts);
  if (inspected === undefined) return recorded;
  if (recorded.kind === 'captured') return isNode(busiestNode) ? notByInspector(recorded, inspected) : recorded;
  if (recorded.why === 'nothing') return recorded;
  return { ...recorded, because: `${inspected.because}. By perf: ${recorded.because}` };
};

/** perf sees less of Node than the inspector does, so whoever reads its profile is told why it is perf's. */
const notByInspector = (recorded: Captured, { because }: NotCaptured): Captured => ({
  ...recorded,
  notes: [...(recorded.notes ?? []), `not by the inspector: ${because}`],
});

type LookedAt =
  | { readonly kind: 'some'; readonly processes: readonly ProcessFacts[]; readonly busiestNode: ProcessFacts }
  | { readonly kind: 'none'; readonly because: string };

const lookedAt = async (
  { find, name }: Extract<Target, { kind: 'processes' }>,
  { look, clock }: Parts,
  signal: AbortSignal,
): Promise<LookedAt> => {
  const found = await find(signal);
  if (found.kind === 'none') return found;
  const factsOf = async (pids: readonly number[]): Promise<readonly ProcessFacts[]> =>
    (await Promise.all(pids.map((pid) => look.facts(pid, signal)))).filter((facts) => facts !== undefined);
  const first = await factsOf(found.pids.slice(0, mostPids));
  if (first[0] === undefined) return { kind: 'none', because: `${name} has ended` };
  const nodes = first.filter(isNode);
  if (nodes.length <= 1) return { kind: 'some', processes: first, busiestNode: nodes[0] ?? first[0] };
  await clock.sleep(looksApartMs, signal);
  const second = await factsOf(nodes.map(({ pid }) => pid));
  const busiestNode = busiest(nodes, second) ?? first[0];
  return { kind: 'some', processes: first, busiestNode };
};

/** Which used most between two looks; where none did anything, most in its life. */
const busiest = (before: readonly ProcessFacts[], after: readonly ProcessFacts[]): ProcessFacts | undefined => {
  const was = new Map(before.map((facts) => [facts.pid, facts]));
  const gained = (now: ProcessFacts): number => {
    const then = was.get(now.pid);
    return then?.startTicks === now.startTicks ? now.ticks - then.ticks : 0;
  };
  return [...after].sort((one, other) => gained(other) - gained(one) || other.ticks - one.ticks)[0];
};

const byPerf = async (
  processes: readonly ProcessFacts[] | undefined,
  of: string,
  ask: ProfileAsk,
  limits: Limits,
  { look, clock, path }: Parts,
): Promise<Captured | NotCaptured> => {
  const uids = processes?.map(({ uid }) => uid);
  const aim = uids === undefined ? ({ kind: 'machine' } as const) : ({ kind: 'processes', uids } as const);
  const obstacle = perfObstacle(aim, look.powers());
  if (obstacle !== undefined) return refused(`perf may not look at ${of}: ${obstacle}`);
  return captureByPerf({ pids: processes?.map(({ pid }) => pid), of }, ask, limits, { clock, path });
};
