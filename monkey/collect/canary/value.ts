/*
 * What the canary sings: the time, so that whoever hears it knows how long ago it sang. A pipe that is stuck still answers,
 * and statsd repeats a gauge that nobody sends any more with a new time at each flush (docs/metric_types.md): only a value
 * that changes by itself tells.
 *
 * The value is 100,000 + the epoch's seconds modulo 100,000. Six digits pass through every float on the way unchanged
 * (single precision is exact to 16,777,216, and `%g` prints six digits), it is never 0, which broken things say, and it
 * comes round after 27 hours only.
 */
import { hostName, hostTag } from '../format/names.ts';

const circleS = 100_000;

/** @param nowMs the wall clock of this machine, the same that judges what comes back */
export const canaryValue = (nowMs: number): number => circleS + (Math.floor(nowMs / 1_000) % circleS);

/**
 * How old a value is, in seconds from 0 to 99,999; negative, by up to an hour, where it is ahead of the clock. Undefined: no
 * canary's. Graphite's coarser archives keep averages: of two songs it is their middle, which need not be a whole second.
 */
export const ageOf = (value: number, nowMs: number): number | undefined => {
  const sung = Math.round(value);
  if (!(sung >= circleS && sung < 2 * circleS)) return undefined;
  const ageS = (canaryValue(nowMs) - sung + circleS) % circleS;
  return ageS > circleS - 3_600 ? ageS - circleS : ageS;
};

/**
 * The canary's metric, of each collector its own, since two that share one would cover for each other:
 * `memory_usage_canary.web-1`.
 *
 * @param collector the name of the machine that collects
 */
export const canaryName = (prefix: string, collector: string): string => `${prefix}_canary.${hostName(collector)}`;

/** `memory_usage_canary.web-1:159755|g`. */
export const canaryStatsdLine = (prefix: string, collector: string, nowMs: number): string =>
  `${canaryName(prefix, collector)}:${canaryValue(nowMs)}|g`;

/** `memory_usage_canary:159755|g|#host:web-1`. */
export const canaryDogstatsdLine = (prefix: string, collector: string, nowMs: number): string =>
  `${prefix.replace(/-/g, '_')}_canary:${canaryValue(nowMs)}|g|#host:${hostTag(collector)}`;
