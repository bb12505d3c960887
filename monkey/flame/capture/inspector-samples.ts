/** The sampling itself, once there is a connection to an inspector. */
import type { Clock } from '../../../pool/clock.ts';
import type { Limits } from '../../../pool/store.ts';
import type { Captured, NotCaptured, ProfileAsk } from '../../doctor/ports/profiler.ts';
import { readCpuProfile } from '../formats/cpuprofile.ts';
import { StackTree } from '../stack-tree.ts';
import { boundStacks } from './bound-stacks.ts';
import type { InspectorSession } from './inspector-session.ts';
import { type RawProfile, restNote } from './rest.ts';
import { untilOver } from './until-over.ts';

/** Answers to what takes no time; a busy process answers between two turns of a loop. */
const answerWithinMs = 1_000;
/** A process whose event loop has not turned within this long is taken for stuck. */
const turnWithinMs = 150;
/** What of the time is kept back for taking the profile over and for closing. */
const takingMs = 750;
/** So long may taking over last where somebody wants it at once. */
const hurriedMs = 200;

/** Samples a process until the time asked for is over, or it is cut. Rejects where the inspector does not go along. */
export const sample = async (
  session: InspectorSession,
  of: string,
  ask: ProfileAsk,
  limits: Required<Limits>,
  clock: Clock,
): Promise<Captured | NotCaptured> => {
  const endMs = clock.monotonicMs() + limits.deadlineMs;
  const leftMs = (): number => endMs - clock.monotonicMs();
  const soon = { deadlineMs: Math.max(1, Math.min(answerWithinMs, leftMs())), signal: limits.signal };
  // A node too old to tell it would exit only at the capture's end: nothing that a profile could be refused for.
  await session.ask('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }, soon).catch(() => undefined);
  await session.ask('Profiler.enable', {}, soon);
  await session.ask('Profiler.setSamplingInterval', { interval: Math.round(1_000_000 / ask.hz) }, soon);
  const isStuck = !(await turns(session, limits.signal));
  await session.ask('Profiler.start', {}, soon);
  const overMs = clock.monotonicMs() + ask.seconds * 1_000;
  if (isStuck && ask.mayDeoptimize === true)
    await makeStuckCodeKnown(session, AbortSignal.any([limits.signal, session.exiting]));
  const over = await untilOver({
    wantedMs: overMs - clock.monotonicMs(),
    availableMs: leftMs() - takingMs,
    signal: AbortSignal.any([limits.signal, session.exiting]),
    ended: session.ended,
  });
  if (over.kind === 'ended')
    return {
      kind: 'not-captured',
      why: 'nothing',
      because: `${of} ended, or its inspector did, while it was profiled`,
    };
  const isHurried = limits.signal.aborted || session.exiting.aborted;
  const deadlineMs = isHurried ? hurriedMs : Math.max(hurriedMs, leftMs());
  const taken = await session.ask('Profiler.stop', {}, { deadlineMs });
  // It waits for nothing but us.
  if (session.exiting.aborted) await session.close();
  const captured = capturedOf(taken, of, ask, over.kind === 'cut' ? cutBy(session, over.because) : undefined);
  return isStuck && ask.mayDeoptimize !== true ? saying(captured, unturned) : captured;
};

const unturned = `its event loop did not turn within ${turnWithinMs} ms: what runs in a long loop may stand as its caller`;

const saying = (captured: Captured | NotCaptured, note: string): Captured | NotCaptured =>
  captured.kind === 'captured' ? { ...captured, notes: [...(captured.notes ?? []), note] } : captured;

const cutBy = ({ exiting }: InspectorSession, because: string): string =>
  exiting.aborted ? 'the process exits' : because;

/** Whether the process's event loop goes round. */
const turns = (session: InspectorSession, signal: AbortSignal): Promise<boolean> =>
  session
    .ask(
      'Runtime.evaluate',
      { expression: 'new Promise((turned) => setImmediate(turned, true))', awaitPromise: true },
      { deadlineMs: turnWithinMs, signal },
    )
    .then(
      () => true,
      () => false,
    );

/**
 * V8 tells its profiler of all functions that it knows, but not of the code that it made for a loop while that was
 * running (on-stack replacement): in a loop that never ends, all samples would go to the function that called it.
 * Switching on coverage throws optimized code away, so that V8 makes it again under the profiler's eyes; a process
 * whose event loop turns needs none of this and is spared it. So is one that serves and that nobody has found sick: a
 * busy one misses a turn now and then.
 */
const makeStuckCodeKnown = async (session: InspectorSession, signal: AbortSignal): Promise<void> => {
  if (signal.aborted || session.ended.aborted) return;
  const soon = { deadlineMs: answerWithinMs, signal };
  const coverage = { callCount: false, detailed: false };
  await session.ask('Profiler.startPreciseCoverage', coverage, soon).catch(() => undefined);
  await session.ask('Profiler.stopPreciseCoverage', {}, soon).catch(() => undefined);
};

const capturedOf = (taken: unknown, of: string, ask: ProfileAsk, cut: string | undefined): Captured | NotCaptured => {
  const profile: unknown = taken instanceof Object ? Reflect.get(taken, 'profile') : undefined;
  const tree = new StackTree();
  readCpuProfile(profile, tree);
  const seconds = secondsOf(profile);
  const { stacks, leftOut } = boundStacks(tree);
  if (stacks.size === 0)
    return { kind: 'not-captured', why: 'nothing', because: `${of} did nothing in ${seconds.toFixed(1)} s` };
  const rest = restNote(profile as RawProfile);
  const notes = [
    ...(rest === undefined ? [] : [rest]),
    ...(leftOut === 0 ? [] : [`${leftOut} of the rarest stacks are added up as one`]),
  ];
  return {
    ...{ kind: 'captured', by: 'inspector', of, seconds, hz: ask.hz, stacks },
    ...(cut === undefined ? {} : { cut }),
    ...(notes.length === 0 ? {} : { notes }),
  };
};

/** Times of a profile are in µs. */
const secondsOf = (profile: unknown): number => {
  const { startTime, endTime } = profile as { readonly startTime: number; readonly endTime: number };
  return (endTime - startTime) / 1_000_000;
};
