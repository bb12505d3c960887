/*
 * What is news of a host that fails round after round: each cause once, and that it is back.
 *
 * INVARIANTS
 * - A host that fails now this way and now that way is told of once for each, however often it changes.
 * - What is kept has a bound: hosts of the last round alone, and a few causes of each.
 */
import type { HostAnswer, HostFailure } from './host-answer.ts';
import { type Target, targetText } from './target.ts';

export type HostNews =
  | { readonly kind: 'failed'; readonly failure: HostFailure }
  | { readonly kind: 'back'; readonly target: Target; readonly failedRounds: number };

export interface Newsroom {
  /** Undefined: nothing that was not told before. */
  readonly take: (answer: HostAnswer) => HostNews | undefined;
  /** Forgets all hosts but these. */
  readonly keep: (targets: readonly Target[]) => void;
}

interface Outage {
  readonly causes: readonly string[];
  readonly rounds: number;
}

/** Beyond these a host has no new way to fail. */
const causesMost = 8;

export const newNewsroom = (): Newsroom => {
  const outages = new Map<string, Outage>();
  return {
    take: (answer) => {
      const name = targetText(answer.target);
      const { causes, rounds }: Outage = outages.get(name) ?? { causes: [], rounds: 0 };
      if (answer.kind === 'processes') {
        outages.delete(name);
        return rounds === 0 ? undefined : { kind: 'back', target: answer.target, failedRounds: rounds };
      }
      const cause = `${answer.stage}: ${answer.because}`;
      const isNew = !causes.includes(cause) && causes.length < causesMost;
      outages.set(name, { causes: isNew ? [...causes, cause] : causes, rounds: rounds + 1 });
      return isNew ? { kind: 'failed', failure: answer } : undefined;
    },
    keep: (targets) => {
      if (outages.size === 0) return;
      const names = new Set(targets.map(targetText));
      for (const name of outages.keys()) if (!names.has(name)) outages.delete(name);
    },
  };
};
