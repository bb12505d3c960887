/** Has a process open its inspector, and finds it: among the sockets that the process did not have before. */
import type { Clock } from '../../../pool/clock.ts';
import type { Limits } from '../../../pool/store.ts';
import { messageOf } from '../../../pool/thrown.ts';
import type { Listener, ProcessFacts, ProcessLook } from '../../doctor/ports/process-look.ts';
import { signalObstacle } from './inspect-permission.ts';
import { isLoopback } from './inspector-place.ts';
import { closeInspector, reach } from './inspector-reach.ts';
import type { InspectorSession } from './inspector-session.ts';

export type Opened =
  | { readonly kind: 'open'; readonly at: Listener; readonly session: InspectorSession }
  /** Nothing was sent, or all of it is undone. */
  | { readonly kind: 'refused'; readonly because: string }
  /** It may open at any moment from now on. */
  | { readonly kind: 'owed'; readonly because: string };

/** How long a process may take to open its inspector: it does so between two turns of any loop in JavaScript. */
const openWithinMs = 2_000;
/** How long closing may take, whoever waits: a capture is not over before. */
export const closeWithinMs = 500;

interface Parts {
  readonly look: ProcessLook;
  readonly clock: Clock;
}

export const openInspector = async (
  facts: ProcessFacts,
  listeners: readonly Listener[],
  parts: Parts,
  { deadlineMs, signal }: Required<Limits>,
): Promise<Opened> => {
  if (deadlineMs < openWithinMs + closeWithinMs)
    return { kind: 'refused', because: 'was not profiled: too little time is left to open its inspector and close it' };
  if (signal.aborted) return { kind: 'refused', because: 'was not profiled: stopped before it began' };
  const unsent = send(facts, parts.look);
  return unsent === undefined ? found(facts, listeners, parts) : { kind: 'refused', because: unsent };
};

/** Nothing is awaited in here: between the last look and the signal there may be no time for it to become another. */
const send = (facts: ProcessFacts, look: ProcessLook): string | undefined => {
  const obstacle = signalObstacle(facts, look.glance(facts.pid));
  if (obstacle !== undefined) return obstacle;
  try {
    process.kill(facts.pid, 'SIGUSR1');
    return undefined;
  } catch (error) {
    return `could not be asked to open its inspector: ${messageOf(error)}`;
  }
};

const found = async (facts: ProcessFacts, before: readonly Listener[], parts: Parts): Promise<Opened> => {
  const { look, clock } = parts;
  const had = new Set(before.map(({ inode }) => inode));
  const untilMs = clock.monotonicMs() + openWithinMs;
  for (let pauseMs = 5; clock.monotonicMs() < untilMs; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const now = await look.listenersOf(facts.pid, AbortSignal.timeout(openWithinMs));
    // What the app opened by itself just now answers as no inspector does, and is passed over.
    for (const at of now?.filter(({ inode }) => !had.has(inode)) ?? []) {
      const reached = await reach(facts, at);
      if (reached.kind === 'reached') return bounded(facts, at, reached.session, parts);
    }
    if (look.glance(facts.pid)?.startTicks !== facts.startTicks) return { kind: 'refused', because: 'has ended' };
    await clock.sleep(pauseMs);
  }
  return {
    kind: 'owed',
    because:
      'did not open its inspector in time: it may be blocked outside of JavaScript, or handle SIGUSR1 itself; ' +
      'if it opens within half a minute it is closed again',
  };
};

/** What other machines reach is closed before anything else, though nothing had said that it would be there. */
const bounded = async (facts: ProcessFacts, at: Listener, session: InspectorSession, parts: Parts): Promise<Opened> => {
  if (isLoopback(at.address)) return { kind: 'open', at, session };
  const left = await closeInspector(facts, at, session, parts, { deadlineMs: closeWithinMs });
  const because = `opened its inspector on ${at.address}:${at.port}, which other machines may reach`;
  return left === 'closed'
    ? { kind: 'refused', because: `${because}: it was closed at once` }
    : { kind: 'owed', because };
};
