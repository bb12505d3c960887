import type { PowerAnswer } from '../doctor/ports/power.ts';
import type { Attempt } from '../doctor/rescue/attempt.ts';
import { backoffMs } from './backoff.ts';
import type { ControllerParts } from './parts.ts';

/** What came of the last call for each node, as far as this process knows. A restart may lose it. */
export interface Attempts {
  readonly now: () => ReadonlyMap<string, Attempt>;
  /** @param intent by its commit id */
  readonly answered: (node: string, intent: string, answer: PowerAnswer) => void;
  /** Forgets nodes that are no longer in the pool. */
  readonly keep: (nodes: ReadonlyMap<string, unknown>) => void;
}

export const newAttempts = ({ clock, random }: Pick<ControllerParts, 'clock' | 'random'>): Attempts => {
  const attempts = new Map<string, Attempt>();
  /** In a row. */
  const failures = new Map<string, number>();

  const failed = (node: string): number => {
    const count = (failures.get(node) ?? 0) + 1;
    failures.set(node, count);
    return clock.monotonicMs() + backoffMs(count, random);
  };

  return {
    now: () => attempts,
    answered: (node, intent, answer) => {
      switch (answer.kind) {
        case 'unknown':
          failures.delete(node);
          attempts.delete(node);
          return;
        case 'accepted':
          failures.delete(node);
          attempts.set(node, { intent, because: 'EC2 accepted it', againAtMs: Number.POSITIVE_INFINITY });
          return;
        case 'refused':
        case 'throttled':
          attempts.set(node, { intent, because: answer.because, againAtMs: failed(node) });
      }
    },
    keep: (nodes) => {
      for (const known of [attempts, failures])
        for (const node of known.keys()) if (!nodes.has(node)) known.delete(node);
    },
  };
};
