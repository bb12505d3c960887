import type { Asked, SilenceStep } from '../doctor/silence/step.ts';
import type { ControllerParts } from './parts.ts';

type Ask = Extract<SilenceStep, { kind: 'ask' }>;

/** Asks silent nodes, a few at a time and beside the rounds, and keeps what they said for as long as it matters. */
export interface Asker {
  /** Begins what can be begun now; the nodes asked longest ago come first. Forgets whoever is not asked about any more. */
  readonly ask: (asks: readonly Ask[]) => void;
  /** As it stands now. */
  readonly asked: () => ReadonlyMap<string, Asked>;
  /** Resolves when nothing is under way any more. */
  readonly close: () => Promise<void>;
}

const atOnce = 16;
const answerWithinMs = 2_000;

export const newAsker = ({ reach, clock }: Pick<ControllerParts, 'reach' | 'clock'>, signal: AbortSignal): Asker => {
  const asked = new Map<string, Asked & { readonly atMs: number }>();
  const underWay = new Map<string, Promise<void>>();

  const askOne = async ({ incident, url }: Ask): Promise<void> => {
    const last = await reach.ask(url, { deadlineMs: answerWithinMs, signal });
    // A try that we broke off ourselves says nothing of the node.
    if (signal.aborted) return;
    const before = asked.get(incident)?.failures ?? 0;
    asked.set(incident, { last, failures: last.kind === 'silent' ? before + 1 : 0, atMs: clock.monotonicMs() });
  };
  const begin = (ask: Ask): void => {
    const going = askOne(ask).finally(() => underWay.delete(ask.incident));
    underWay.set(ask.incident, going);
  };
  const askedAtMs = ({ incident }: Ask): number => asked.get(incident)?.atMs ?? Number.NEGATIVE_INFINITY;

  return {
    asked: () => new Map(asked),
    ask: (asks) => {
      const wanted = new Set(asks.map(({ incident }) => incident));
      for (const incident of asked.keys()) if (!wanted.has(incident)) asked.delete(incident);
      const idle = asks.filter(({ incident }) => !underWay.has(incident));
      idle.sort((one, other) => askedAtMs(one) - askedAtMs(other));
      for (const ask of idle.slice(0, Math.max(0, atOnce - underWay.size))) begin(ask);
    },
    close: async () => {
      await Promise.allSettled(underWay.values());
    },
  };
};
