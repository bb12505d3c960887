/*
 * Profiles a running Node process through its inspector. It needs no restart, no root, and works while the process is
 * stuck in an endless loop.
 *
 * INVARIANTS
 * - SIGUSR1 goes to nothing but a process that is node and catches it, by what /proc says right before.
 * - The process is never paused. An inspector that we opened is closed again; one that was open stays open.
 * - Only what the process itself listens on, for this machine alone, is connected to and used.
 * - A process that was asked to open its inspector, and has not, is not asked again: it may handle SIGUSR1 itself.
 * - Whoever stops a capture has the profile before the inspector is closed.
 */
import type { Clock } from '../../../pool/clock.ts';
import type { Limits } from '../../../pool/store.ts';
import { messageOf } from '../../../pool/thrown.ts';
import type { Listener, ProcessFacts, ProcessLook } from '../../doctor/ports/process-look.ts';
import type { Captured, NotCaptured, ProfileAsk } from '../../doctor/ports/profiler.ts';
import { type Inspectable, inspectable, titleOf } from './inspect-permission.ts';
import type { Debts } from './inspector-debts.ts';
import { closeWithinMs, openInspector } from './inspector-open.ts';
import { inspectorPlaceOf } from './inspector-place.ts';
import { closeInspector, reach } from './inspector-reach.ts';
import { sample } from './inspector-samples.ts';
import type { InspectorSession } from './inspector-session.ts';

export interface InspectorParts {
  readonly look: ProcessLook;
  readonly clock: Clock;
  readonly debts: Debts;
}

export const captureByInspector = async (
  facts: ProcessFacts,
  ask: ProfileAsk,
  limits: Limits,
  parts: InspectorParts,
): Promise<Captured | NotCaptured> => {
  const signal = limits.signal ?? new AbortController().signal;
  const endMs = parts.clock.monotonicMs() + limits.deadlineMs;
  const left = (): Required<Limits> => ({ deadlineMs: endMs - parts.clock.monotonicMs(), signal });
  await parts.debts.closed(facts);
  if (parts.debts.isPending(facts))
    return refused(`${titleOf(facts)} has yet to open or close the inspector that it was asked for before`);
  const way = await wayTo(facts, parts, signal);
  if (way.kind === 'refused') return refused(way.because);
  const opened = await sessionBy(way, facts, parts, left);
  if (opened.kind === 'refused') return refusedOrEnded(facts, parts, opened.because);
  const { at, session, isOurs } = opened;
  const captured = await sample(session, titleOf(facts), ask, left(), parts.clock).catch((error: unknown) =>
    refusedOrEnded(facts, parts, `could not be profiled through its inspector: ${messageOf(error)}`),
  );
  if (!isOurs) {
    await session.close();
    return captured;
  }
  const closing = closed(facts, at, session, others(way.listeners, at), parts);
  if (signal.aborted) {
    parts.debts.closing(facts, closing);
    return captured;
  }
  return (await closing) ? captured : saying(captured, `its inspector, on ${at.address}:${at.port}, has yet to close`);
};

/** Closes what we have opened; what does not close in time is looked after. */
const closed = async (
  facts: ProcessFacts,
  at: Listener,
  session: InspectorSession,
  before: readonly Listener[],
  parts: InspectorParts,
): Promise<boolean> => {
  const after = await closeInspector(facts, at, session, parts, { deadlineMs: closeWithinMs });
  if (after === 'closed') parts.debts.paid(facts);
  else parts.debts.owe(facts, before);
  return after === 'closed';
};

const refusedOrEnded = async (facts: ProcessFacts, parts: InspectorParts, because: string): Promise<NotCaptured> =>
  (await hasEnded(facts, parts))
    ? { kind: 'not-captured', why: 'nothing', because: `${titleOf(facts)} has ended` }
    : refused(`${titleOf(facts)} ${because}`);

const endsWithinMs = 500;
const lookEveryMs = 20;

/** One that is about to end has lost its program before it has lost its sockets, and is gone soon after. */
const hasEnded = async ({ pid, startTicks }: ProcessFacts, { look, clock }: InspectorParts): Promise<boolean> => {
  const untilMs = clock.monotonicMs() + endsWithinMs;
  for (;;) {
    const seen = look.glance(pid);
    if (seen?.startTicks !== startTicks) return true;
    if (seen.executable !== undefined || clock.monotonicMs() >= untilMs) return false;
    await clock.sleep(lookEveryMs);
  }
};

const refused = (because: string): NotCaptured => ({ kind: 'not-captured', why: 'not-allowed', because });

const saying = (captured: Captured | NotCaptured, note: string): Captured | NotCaptured =>
  captured.kind === 'captured'
    ? { ...captured, notes: [...(captured.notes ?? []), note] }
    : { ...captured, because: `${captured.because}; ${note}` };

const others = (listeners: readonly Listener[], at: Listener): readonly Listener[] =>
  listeners.filter(({ inode }) => inode !== at.inode);

const wayTo = async (facts: ProcessFacts, { look }: InspectorParts, signal: AbortSignal): Promise<Inspectable> => {
  const place = inspectorPlaceOf(facts);
  const listeners = await look.listenersOf(facts.pid, signal);
  const isItsOwn = listeners?.some(({ port }) => port === place.port) === true;
  const holder = isItsOwn ? undefined : await look.holderOf(place.port, signal);
  return inspectable(facts, look.powers(), { place, listeners, holder });
};

const notAgain =
  'did not open its inspector when it was asked before, and is not asked again: it may handle SIGUSR1 itself ' +
  '(start it with --inspect-port and without that handler, or have it recorded by perf)';

type SessionHad =
  | { readonly kind: 'had'; readonly at: Listener; readonly session: InspectorSession; readonly isOurs: boolean }
  | { readonly kind: 'refused'; readonly because: string };

const sessionBy = async (
  way: Exclude<Inspectable, { kind: 'refused' }>,
  facts: ProcessFacts,
  parts: InspectorParts,
  left: () => Required<Limits>,
): Promise<SessionHad> => {
  if (way.kind === 'closed') {
    if (parts.debts.has(facts)) return { kind: 'refused', because: notAgain };
    parts.debts.asking(facts, way.listeners);
    const opened = await openInspector(facts, way.listeners, parts, left());
    if (opened.kind === 'open') return { ...opened, kind: 'had', isOurs: true };
    if (opened.kind === 'owed') parts.debts.owe(facts, way.listeners);
    else parts.debts.paid(facts);
    return { kind: 'refused', because: opened.because };
  }
  const isOurs = parts.debts.has(facts);
  const reached = await reach(facts, way.at);
  if (reached.kind === 'reached') return { kind: 'had', at: way.at, session: reached.session, isOurs };
  if (isOurs) parts.debts.owe(facts, others(way.listeners, way.at));
  return { kind: 'refused', because: `could not be profiled through its inspector: ${reached.because}` };
};
