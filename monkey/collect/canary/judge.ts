import { ageOf } from './value.ts';

/** What came back when the canary was looked for. */
export type CanaryReading =
  | {
      readonly kind: 'values';
      /** All that stood there, in any order, without what was null. */
      readonly values: readonly number[];
      /** Where it was looked, without secrets, for messages. */
      readonly where: string;
    }
  | { readonly kind: 'failed'; readonly because: string };

export interface CanaryVerdict {
  /** `waiting`: it was sent for the first time so short a while ago that it need not be back yet. */
  readonly kind: 'fresh' | 'stale' | 'unreadable' | 'waiting';
  readonly because: string;
}

export interface CanaryTimes {
  readonly nowMs: number;
  /** When it was sent for the first time, by the same clock. */
  readonly firstSentMs: number;
  /** How old the newest value may be. */
  readonly withinMs: number;
  /** What stood there when it went stale. The value comes round after 27 hours: these are not new by that. */
  readonly stuck?: ReadonlySet<number>;
}

/**
 * How old a value may be by default: a round's interval, then statsd's flush (10 s), carbon's coarsest usual first archive
 * (60 s), and 20 s for being asked and for clocks: 150 s with rounds of 60 s.
 */
export const withinDefaultMs = (intervalMs: number): number => intervalMs + 90_000;

/** What a reading says about the pipe: whether what is sent arrives where people look. */
export const judgeCanary = (reading: CanaryReading, times: CanaryTimes): CanaryVerdict => {
  const verdict = judgeReading(reading, times);
  const early = times.nowMs - times.firstSentMs <= times.withinMs;
  return verdict.kind === 'stale' && early ? { kind: 'waiting', because: verdict.because } : verdict;
};

const judgeReading = (reading: CanaryReading, { nowMs, withinMs, stuck }: CanaryTimes): CanaryVerdict => {
  if (reading.kind === 'failed') return { kind: 'unreadable', because: reading.because };
  const { values, where } = reading;
  if (values.length === 0) return { kind: 'stale', because: `no value of it is at ${where}` };
  const moved = values.filter((value) => stuck?.has(value) !== true);
  if (moved.length === 0) return { kind: 'stale', because: `nothing new of it has come to ${where}` };
  const agesS = moved.map((value) => ageOf(value, nowMs)).filter((ageS) => ageS !== undefined);
  if (agesS.length === 0)
    return { kind: 'unreadable', because: `what is at ${where} was never sent by it: ${String(values.at(-1))}` };
  const ageS = Math.min(...agesS.map(Math.abs));
  const because = `its newest value at ${where} is ${ageS} s old`;
  return ageS * 1_000 <= withinMs
    ? { kind: 'fresh', because }
    : { kind: 'stale', because: `${because}, more than ${Math.round(withinMs / 1_000)} s` };
};
