/** What a round came to, and what many came to. */
import type { FailureStage, HostAnswer, HostFailure, HostProcesses } from './host-answer.ts';
import { nothingSent, together } from './in-turn.ts';
import type { Sent } from './metric-sink.ts';
import { targetText } from './target.ts';

export interface RoundRecord {
  readonly tookMs: number;
  /** So many hosts answered with their processes. */
  readonly read: number;
  /** By name, so that the order is the same each time. */
  readonly failed: readonly HostFailure[];
  readonly processes: number;
  readonly damagedLines: number;
  /** null: nothing is sent anywhere. */
  readonly sent: Sent | null;
}

/** Of all rounds since the start. */
export interface Totals {
  readonly rounds: number;
  /** Ticks without a round, since one before took too long. */
  readonly missedTicks: number;
  readonly read: number;
  readonly failed: number;
  readonly failedByStage: Readonly<Partial<Record<FailureStage, number>>>;
  readonly damagedLines: number;
  readonly sent: Sent;
}

export const noTotals: Totals = {
  rounds: 0,
  missedTicks: 0,
  read: 0,
  failed: 0,
  failedByStage: {},
  damagedLines: 0,
  sent: nothingSent,
};

export const withRound = (totals: Totals, { read, failed, damagedLines, sent }: RoundRecord): Totals => ({
  ...totals,
  rounds: totals.rounds + 1,
  read: totals.read + read,
  failed: totals.failed + failed.length,
  failedByStage: byStage(failed, totals.failedByStage),
  damagedLines: totals.damagedLines + damagedLines,
  sent: together(totals.sent, sent ?? nothingSent),
});

export const byStage = (
  failed: readonly HostFailure[],
  before: Totals['failedByStage'] = {},
): Totals['failedByStage'] => {
  const counts = new Map(Object.entries(before));
  for (const { stage } of failed) counts.set(stage, (counts.get(stage) ?? 0) + 1);
  return Object.fromEntries(counts);
};

/** Counts the answers of one round as they come: each by itself, and what is known of each host as a whole. */
export const newRoundCount = () => {
  const failed: HostFailure[] = [];
  const counts = { read: 0, processes: 0, damagedLines: 0 };
  return {
    take: (answer: HostAnswer): void => {
      if (answer.kind === 'failed') {
        failed.push(answer);
        return;
      }
      counts.read += 1;
    },
    whole: ({ processes, damagedLines }: HostProcesses): void => {
      counts.processes += processes.length;
      counts.damagedLines += damagedLines;
    },
    failed: (): number => failed.length,
    record: (tookMs: number, sent: Sent | null): RoundRecord => ({
      tookMs,
      ...counts,
      failed: failed.sort(byName),
      sent,
    }),
  };
};

const byName = (one: HostFailure, other: HostFailure): number =>
  targetText(one.target) < targetText(other.target) ? -1 : 1;
