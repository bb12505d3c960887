/**
 * To the inspector of one process, and of no other. INVARIANT: a session that is handed on leads to a socket which the
 * process itself holds, and where its loop can still be asked, it has said that it is that process.
 */
import type { Clock } from '../../../pool/clock.ts';
import type { Limits } from '../../../pool/store.ts';
import { messageOf } from '../../../pool/thrown.ts';
import type { Listener, ProcessFacts, ProcessLook } from '../../doctor/ports/process-look.ts';
import { type InspectorSession, openSession } from './inspector-session.ts';

export type Reached =
  | { readonly kind: 'reached'; readonly session: InspectorSession }
  | { readonly kind: 'not-reached'; readonly because: string };

/** An inspector answers from a thread of its own, however busy the process is. */
const connectWithinMs = 1_000;
/** A loop in JavaScript answers at once; what is blocked outside of it cannot say who it is. */
const sayWithinMs = 250;

export const reach = async (facts: ProcessFacts, at: Listener): Promise<Reached> => {
  let session: InspectorSession;
  try {
    session = await openSession({ ...at, address: dialled(at.address) }, { deadlineMs: connectWithinMs });
  } catch (error) {
    return { kind: 'not-reached', because: messageOf(error) };
  }
  const pid = await pidOf(session);
  if (pid === undefined || pid === facts.ownPid) return { kind: 'reached', session };
  await session.close();
  return { kind: 'not-reached', because: `on ${at.address}:${at.port} another process answers (pid ${pid})` };
};

/** Every address of a machine is dialled by its own. */
const dialled = (address: string): string => (address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address);

const pidOf = async (session: InspectorSession): Promise<number | undefined> => {
  const asked = { expression: 'process.pid', returnByValue: true };
  const answer = await session.ask('Runtime.evaluate', asked, { deadlineMs: sayWithinMs }).catch(() => undefined);
  const pid = (answer as { readonly result?: { readonly value?: unknown } } | undefined)?.result?.value;
  return typeof pid === 'number' ? pid : undefined;
};

/** Has the process close its inspector. The reply is lost with the connection, so the socket tells whether it has. */
export const closeInspector = async (
  facts: ProcessFacts,
  at: Listener,
  session: InspectorSession,
  { look, clock }: { readonly look: ProcessLook; readonly clock: Clock },
  limits: Limits,
): Promise<'closed' | 'open'> => {
  const untilMs = clock.monotonicMs() + limits.deadlineMs;
  // A process that exits closes it by itself, as soon as we are out of its way.
  if (!session.exiting.aborted)
    await session.ask('Runtime.evaluate', { expression: closing }, limits).catch(() => undefined);
  await session.close();
  const isOpen = async (): Promise<boolean> => {
    const listeners = await look.listenersOf(facts.pid, AbortSignal.timeout(connectWithinMs));
    if (listeners === undefined) return look.glance(facts.pid)?.startTicks === facts.startTicks;
    return listeners.some(({ inode }) => inode === at.inode);
  };
  while (await isOpen()) {
    if (clock.monotonicMs() > untilMs) return 'open';
    await clock.sleep(10);
  }
  return 'closed';
};

/** What `inspector.close` is; reachable from anywhere, in CommonJS and in modules. */
const closing =
  "typeof process._debugEnd === 'function' ? process._debugEnd() : process.getBuiltinModule('node:inspector').close()";
