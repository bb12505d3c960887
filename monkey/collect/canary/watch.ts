import { type Announcement, announce, type Told } from './announce.ts';
import { type CanaryReading, type CanaryVerdict, judgeCanary } from './judge.ts';

export interface CanaryWatch {
  /** To be called when a round has sent the canary. */
  sent(): void;
  /** Looks for it and says what changed. Before it was ever sent there is nothing to look for. Never throws. */
  look(signal: AbortSignal): Promise<{ readonly verdict: CanaryVerdict; readonly announcement: Announcement | null }>;
}

/** Remembers between rounds what was sent first and told last; everything else is decided by `judgeCanary` and `announce`. */
export const canaryWatch = (options: {
  readonly read: (signal: AbortSignal) => Promise<CanaryReading>;
  readonly withinMs: number;
  /** The wall clock, the same that the values are made of. */
  readonly nowMs: () => number;
}): CanaryWatch => {
  const { read, withinMs, nowMs } = options;
  let firstSentMs: number | undefined;
  let told: Told;
  let stuck: ReadonlySet<number> = new Set();
  return {
    sent: () => {
      firstSentMs ??= nowMs();
    },
    look: async (signal) => {
      if (firstSentMs === undefined)
        return { verdict: { kind: 'waiting', because: 'it was not sent yet' }, announcement: null };
      const reading = await read(signal);
      const verdict = judgeCanary(reading, { nowMs: nowMs(), firstSentMs, withinMs, stuck });
      if (verdict.kind === 'fresh') stuck = new Set();
      else if (verdict.kind === 'stale' && reading.kind === 'values') stuck = new Set(reading.values);
      const next = announce(told, verdict);
      told = next.told;
      return { verdict, announcement: next.announcement };
    },
  };
};
