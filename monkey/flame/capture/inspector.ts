/*
 * Profiles a running Node process through its inspector. It needs no restart, no root, and works while the process is
 * stuck in an endless loop.
 *
 * INVARIANTS
 * - SIGUSR1 goes to nothing but a process that is node and catches it, by what /proc says right before.
 * - The process is never paused. An inspector that we opened is closed again; one that was open stays open.
 * - Only what the process itself listens on is connected to.
 */
import type { Clock } from '../../../pool/clock.ts';
import type { Limits } from '../../../pool/store.ts';
import { messageOf } from '../../../pool/thrown.ts';
import type { ProcessFacts, ProcessLook } from '../../doctor/ports/process-look.ts';
import type { Captured, NotCaptured, ProfileAsk } from '../../doctor/ports/profiler.ts';
import { type Inspectable, inspectable, inspectorPortOf, titleOf } from './inspect-permission.ts';
import { sample } from './inspector-samples.ts';
import { type InspectorSession, openSession } from './inspector-session.ts';

export interface InspectorParts {
  readonly look: ProcessLook;
  readonly clock: Clock;
  /**
   * Processes that were asked to open their inspector and had not done so in time: it is ours to close when met again.
   * Bounded by whoever keeps it.
   */
  readonly owed: Set<string>;
}

/** How long a process may take to open its inspector: it does so between two turns of any loop in JavaScript. */
const openWithinMs = 2_000;
const connectWithinMs = 1_000;
/** How long closing may take, whoever waits: a capture is not over before. */
const closeWithinMs = 500;

export const captureByInspector = async (
  facts: ProcessFacts,
  ask: ProfileAsk,
  limits: Limits,
  parts: InspectorParts,
): Promise<Captured | NotCaptured> => {
  const signal = limits.signal ?? new AbortController().signal;
  const endMs = parts.clock.monotonicMs() + limits.deadlineMs;
  const way = await wayTo(facts, parts, signal);
  if (way.kind === 'refused') return refused(way.because);
  const isOurs = way.kind === 'closed' || parts.owed.has(idOf(facts));
  if (way.kind === 'closed') {
    const opened = await open(facts, way.port, parts, { deadlineMs: endMs - parts.clock.monotonicMs(), signal });
    if (opened !== undefined) return opened;
  }
  let session: InspectorSession | undefined;
  let captured: Captured | NotCaptured;
  try {
    session = await openSession(way.port, { deadlineMs: connectWithinMs });
    const left = { deadlineMs: endMs - parts.clock.monotonicMs(), signal };
    captured = await sample(session, titleOf(facts), ask, left, parts.clock);
  } catch (error) {
    captured = refused(`${titleOf(facts)} could not be profiled through its inspector: ${messageOf(error)}`);
  }
  const left = isOurs ? await close(facts, way.port, session, parts) : undefined;
  await session?.close();
  return left === undefined ? captured : saying(captured, left);
};

const refused = (because: string): NotCaptured => ({ kind: 'not-captured', why: 'not-allowed', because });

const saying = (captured: Captured | NotCaptured, note: string): Captured | NotCaptured =>
  captured.kind === 'captured'
    ? { ...captured, notes: [...(captured.notes ?? []), note] }
    : { ...captured, because: `${captured.because}; ${note}` };

const idOf = ({ pid, startTicks }: ProcessFacts): string => `${pid}:${startTicks}`;

const wayTo = async (facts: ProcessFacts, { look }: InspectorParts, signal: AbortSignal): Promise<Inspectable> => {
  const port = inspectorPortOf(facts);
  const isItsOwn = await look.listensOn(facts.pid, port, signal);
  const holder = isItsOwn ? undefined : await look.holderOf(port, signal);
  return inspectable(facts, look.powers(), { port, isItsOwn, holder });
};

/** Has the process open its inspector; what went wrong where it did not. */
const open = async (
  facts: ProcessFacts,
  port: number,
  { look, clock, owed }: InspectorParts,
  { deadlineMs, signal }: Required<Limits>,
): Promise<NotCaptured | undefined> => {
  const now = await look.facts(facts.pid, signal);
  if (now?.startTicks !== facts.startTicks || !now.catchesUsr1)
    return { kind: 'not-captured', why: 'nothing', because: `${titleOf(facts)} has ended` };
  if (signal.aborted) return refused(`${titleOf(facts)} was not profiled: stopped before it began`);
  try {
    process.kill(facts.pid, 'SIGUSR1');
  } catch (error) {
    return refused(`${titleOf(facts)} could not be asked to open its inspector: ${messageOf(error)}`);
  }
  // From here on it may open at any moment: however this ends, it is ours to close.
  const untilMs = clock.monotonicMs() + Math.min(openWithinMs, deadlineMs);
  for (let pauseMs = 5; clock.monotonicMs() < untilMs; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    if (await look.listensOn(facts.pid, port, new AbortController().signal)) return undefined;
    await clock.sleep(pauseMs);
  }
  owed.add(idOf(facts));
  return refused(
    `${titleOf(facts)} did not open its inspector in time: it may be blocked outside of JavaScript, or handle SIGUSR1 itself; ` +
      `if it opens later, on 127.0.0.1:${port}, it stays open until the next profile`,
  );
};

/** Closes the inspector of a process; the reply is lost with the connection, so the port tells. What is left to say. */
const close = async (
  facts: ProcessFacts,
  port: number,
  session: InspectorSession | undefined,
  { look, clock, owed }: InspectorParts,
): Promise<string | undefined> => {
  const untilMs = clock.monotonicMs() + closeWithinMs;
  const limits = { deadlineMs: closeWithinMs };
  const asked = session ?? (await openSession(port, limits).catch(() => undefined));
  await asked?.ask('Runtime.evaluate', { expression: closing }, limits).catch(() => undefined);
  if (session === undefined) await asked?.close();
  while (await look.listensOn(facts.pid, port, new AbortController().signal)) {
    if (clock.monotonicMs() > untilMs) {
      owed.add(idOf(facts));
      return `its inspector could not be closed and is still open on 127.0.0.1:${port}`;
    }
    await clock.sleep(10);
  }
  owed.delete(idOf(facts));
  return undefined;
};

/** What `inspector.close` is; reachable from anywhere, in CommonJS and in modules. */
const closing =
  "typeof process._debugEnd === 'function' ? process._debugEnd() : process.getBuiltinModule('node:inspector').close()";
