/*
 * Inspectors that processes may still open because of us, and that are ours to close: SIGUSR1 cannot be taken back.
 *
 * INVARIANTS
 * - From the moment of the signal on, an inspector is owed until it is seen to be closed or the process to have ended.
 * - For each process one look goes on at a time, of bounded length; nothing new is asked of it meanwhile.
 */
import type { Clock } from '../../../pool/clock.ts';
import type { Listener, ProcessFacts, ProcessLook } from '../../doctor/ports/process-look.ts';
import { titleOf } from './inspect-permission.ts';
import { closeInspector, reach } from './inspector-reach.ts';

export interface Debts {
  /** Ours to close is what the process listens on and is not in `others`: it is looked for and closed from now on. */
  owe(facts: ProcessFacts, others: readonly Listener[]): void;
  has(facts: ProcessFacts): boolean;
  /** It is being looked for. */
  isPending(facts: ProcessFacts): boolean;
  /** Resolves once nothing is looked for any more, with what may still be open, a sentence for each. */
  settled(): Promise<readonly string[]>;
}

/** For so long is looked for an inspector that has not opened, or not closed, in time. */
export const owedForMs = 30_000;
const lookEveryMs = 200;
const closeWithinMs = 1_000;
/** Processes that are remembered; of more the oldest are forgotten. */
const mostOwed = 100;

type Parts = { readonly look: ProcessLook; readonly clock: Clock };

export const newDebts = (parts: Parts): Debts => {
  const owed = new Map<string, string>();
  const pending = new Map<string, Promise<void>>();
  return {
    owe: (facts, others) => {
      const id = idOf(facts);
      owed.set(id, titleOf(facts));
      for (const oldest of [...owed.keys()].slice(0, -mostOwed)) owed.delete(oldest);
      if (pending.has(id)) return;
      const paid = pay(facts, new Set(others.map(({ inode }) => inode)), parts);
      pending.set(
        id,
        paid.then((isPaid) => {
          pending.delete(id);
          if (isPaid) owed.delete(id);
        }),
      );
    },
    has: (facts) => owed.has(idOf(facts)),
    isPending: (facts) => pending.has(idOf(facts)),
    settled: async () => {
      await Promise.all(pending.values());
      return [...owed.values()].map(
        (title) =>
          `${title} was asked to open its inspector and has not closed it: whoever is on this machine may use it`,
      );
    },
  };
};

const idOf = ({ pid, startTicks }: ProcessFacts): string => `${pid}:${startTicks}`;

/** Whether it is closed, or the process has ended. */
const pay = async (facts: ProcessFacts, others: ReadonlySet<number>, { look, clock }: Parts): Promise<boolean> => {
  const untilMs = clock.monotonicMs() + owedForMs;
  while (clock.monotonicMs() < untilMs) {
    if (look.glance(facts.pid)?.startTicks !== facts.startTicks) return true;
    const listeners = await look.listenersOf(facts.pid, AbortSignal.timeout(closeWithinMs));
    for (const at of listeners?.filter(({ inode }) => !others.has(inode)) ?? []) {
      const reached = await reach(facts, at);
      if (reached.kind !== 'reached') continue;
      const left = await closeInspector(facts, at, reached.session, { look, clock }, { deadlineMs: closeWithinMs });
      if (left === 'closed') return true;
    }
    await clock.sleep(lookEveryMs);
  }
  return false;
};
