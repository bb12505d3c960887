/** Runs many schedules, each from a seed of its own, and stops at the first violation. */
import { makeSchedule } from './make-schedule.ts';
import type { Violation } from './observer.ts';
import { runSchedule } from './run.ts';

export interface Sums {
  readonly schedules: number;
  readonly virtualMs: number;
  readonly commits: number;
  readonly admitted: number;
  readonly calls: number;
  readonly notices: number;
}

export const noSums: Sums = { schedules: 0, virtualMs: 0, commits: 0, admitted: 0, calls: 0, notices: 0 };

export const added = (one: Sums, other: Sums): Sums => ({
  schedules: one.schedules + other.schedules,
  virtualMs: one.virtualMs + other.virtualMs,
  commits: one.commits + other.commits,
  admitted: one.admitted + other.admitted,
  calls: one.calls + other.calls,
  notices: one.notices + other.notices,
});

export interface Found {
  readonly seed: number;
  readonly violation: Violation;
}

/** What a worker says of itself. */
export type Said = { readonly kind: 'done'; readonly sums: Sums } | { readonly kind: 'found'; readonly found: Found };

const tellEvery = 20;

/** @param say hears of every few schedules, and of the first violation, which ends it */
export const runMany = async (seeds: Iterable<number>, say: (said: Said) => void): Promise<void> => {
  let sums = noSums;
  const tell = (): void => {
    say({ kind: 'done', sums });
    sums = noSums;
  };
  for (const seed of seeds) {
    const { violation, lastedMs, counts } = await runSchedule(makeSchedule(seed));
    sums = added(sums, { schedules: 1, virtualMs: lastedMs, ...counts });
    if (violation !== undefined) {
      tell();
      say({ kind: 'found', found: { seed, violation } });
      return;
    }
    if (sums.schedules >= tellEvery) tell();
  }
  tell();
};
