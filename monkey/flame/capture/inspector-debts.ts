/*
 * Inspectors that processes may still open because of us, and that are ours to close: SIGUSR1 cannot be taken back.
 *
 * INVARIANTS
 * - From right before the signal on, an inspector is owed until it is seen to be closed or the process to have ended; where
 *   there is a file for it, whoever comes after us knows of it.
 * - For each process one look goes on at a time, of bounded length; nothing new is asked of it meanwhile.
 */
import type { Clock } from '../../../pool/clock.ts';
import type { Listener, ProcessFacts, ProcessLook } from '../../doctor/ports/process-look.ts';
import type { DebtsKept, KeptDebt } from './debts-file.ts';
import { titleOf } from './inspect-permission.ts';
import { closeInspector, reach } from './inspector-reach.ts';

export interface Debts {
  /** It is about to be asked to open its inspector. Ours to close is what it listens on and is not in `others`. */
  asking(facts: ProcessFacts, others: readonly Listener[]): void;
  /** Nothing was sent after all, or its inspector is closed again. */
  paid(facts: ProcessFacts): void;
  /** It is looked for and closed from now on. */
  owe(facts: ProcessFacts, others: readonly Listener[]): void;
  /** It is being closed while others go on. What does not come off must be owed by then. */
  closing(facts: ProcessFacts, done: Promise<unknown>): void;
  /** Resolves once what is being closed of it is, or is owed. */
  closed(facts: ProcessFacts): Promise<void>;
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

type Parts = { readonly look: ProcessLook; readonly clock: Clock; readonly kept?: DebtsKept | undefined };
type Named = Pick<ProcessFacts, 'pid' | 'startTicks'>;

export const newDebts = (parts: Parts): Debts => {
  const book = newBook(parts.kept);
  const closings = underWay();
  const lookings = underWay();
  const look = (debt: KeptDebt): void => {
    if (lookings.of(debt) !== undefined) return;
    lookings.add(
      debt,
      pay(debt, parts).then((isPaid) => {
        if (isPaid) book.strike(debt);
      }),
    );
  };
  for (const debt of parts.kept?.read().slice(-mostOwed) ?? []) {
    book.note(debt);
    look(debt);
  }
  return {
    asking: (facts, others) => book.note(debtOf(facts, others)),
    paid: book.strike,
    owe: (facts, others) => {
      book.note(debtOf(facts, others));
      look(debtOf(facts, others));
    },
    closing: closings.add,
    closed: async (facts) => closings.of(facts),
    has: book.has,
    isPending: (facts) => lookings.of(facts) !== undefined,
    settled: async () => {
      await closings.all();
      await lookings.all();
      return book
        .titles()
        .map(
          (title) =>
            `${title} was asked to open its inspector and has not closed it: whoever is on this machine may use it`,
        );
    },
  };
};

/** What is owed, in memory and where it is kept. */
const newBook = (kept: DebtsKept | undefined) => {
  const owed = new Map<string, KeptDebt>();
  const keep = (): void => kept?.write([...owed.values()]);
  return {
    note: (debt: KeptDebt): void => {
      owed.set(idOf(debt), debt);
      for (const oldest of [...owed.keys()].slice(0, -mostOwed)) owed.delete(oldest);
      keep();
    },
    strike: (named: Named): void => {
      if (owed.delete(idOf(named))) keep();
    },
    has: (named: Named): boolean => owed.has(idOf(named)),
    titles: (): readonly string[] => [...owed.values()].map(({ title }) => title),
  };
};

/** What goes on by itself, one for each process. */
const underWay = () => {
  const going = new Map<string, Promise<void>>();
  return {
    add: (named: Named, done: Promise<unknown>): void => {
      const ended = done
        .then(
          () => undefined,
          () => undefined,
        )
        .finally(() => going.delete(idOf(named)));
      going.set(idOf(named), ended);
    },
    of: (named: Named): Promise<void> | undefined => going.get(idOf(named)),
    all: async (): Promise<void> => {
      await Promise.all(going.values());
    },
  };
};

const idOf = ({ pid, startTicks }: Named): string => `${pid}:${startTicks}`;

const debtOf = (facts: ProcessFacts, others: readonly Listener[]): KeptDebt => ({
  pid: facts.pid,
  startTicks: facts.startTicks,
  title: titleOf(facts),
  others: others.map(({ inode }) => inode),
});

/** Whether it is closed, or the process has ended. */
const pay = async ({ pid, startTicks, others }: KeptDebt, { look, clock }: Parts): Promise<boolean> => {
  const untilMs = clock.monotonicMs() + owedForMs;
  while (clock.monotonicMs() < untilMs) {
    const facts = await look.facts(pid, AbortSignal.timeout(closeWithinMs));
    if (facts?.startTicks !== startTicks) {
      if (look.glance(pid)?.startTicks !== startTicks) return true;
    } else if (await isClosed(facts, others, { look, clock })) return true;
    await clock.sleep(lookEveryMs);
  }
  return false;
};

/** Whether an inspector of ours was found and is closed now. */
const isClosed = async (facts: ProcessFacts, others: readonly number[], parts: Parts): Promise<boolean> => {
  const listeners = await parts.look.listenersOf(facts.pid, AbortSignal.timeout(closeWithinMs));
  for (const at of listeners?.filter(({ inode }) => !others.includes(inode)) ?? []) {
    const reached = await reach(facts, at);
    if (reached.kind !== 'reached') continue;
    const left = await closeInspector(facts, at, reached.session, parts, { deadlineMs: closeWithinMs });
    if (left === 'closed') return true;
  }
  return false;
};
