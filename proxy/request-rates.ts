/*
 * How many requests a second each node gets from this router, over the last ten seconds.
 *
 * INVARIANTS
 * - A request costs one addition; all else is done once a second, when somebody asks.
 * - At most `samplesMost` samples of at most `nodesMost` nodes are kept.
 */
import type { Clock } from '../pool/clock.ts';

const overMs = 10_000;
const everyMs = 1_000;
const samplesMost = overMs / everyMs + 1;
/** More are not told apart: in so large a pool each node's share is small, and every report would be long. */
const nodesMost = 1_000;

interface Sample {
  readonly atMs: number;
  /** Requests sent so far, by node id; begins anew where a node has left and come back. */
  readonly sent: ReadonlyMap<string, number>;
}

/** Requests per second by node id; undefined until a second was counted, and for pools too large to tell apart. */
export type RequestRates = () => Readonly<Record<string, number>> | undefined;

/** @param sentSoFar requests sent to each node so far, by id */
export const requestRates = (clock: Clock, sentSoFar: () => ReadonlyMap<string, number>): RequestRates => {
  let samples: readonly Sample[] = [{ atMs: clock.monotonicMs(), sent: sentSoFar() }];
  let rates: ReturnType<RequestRates>;
  return () => {
    const atMs = clock.monotonicMs();
    const last = samples.at(-1);
    if (last !== undefined && atMs - last.atMs < everyMs) return rates;
    const now = { atMs, sent: sentSoFar() };
    samples = [...samples.filter((sample) => atMs - sample.atMs <= overMs), now].slice(-samplesMost);
    const [first] = samples;
    rates = first === undefined || first === now ? undefined : between(first, now);
    return rates;
  };
};

const between = (first: Sample, now: Sample): ReturnType<RequestRates> => {
  if (now.sent.size > nodesMost) return undefined;
  const seconds = (now.atMs - first.atMs) / 1_000;
  const rates = [...now.sent].map(([node, sent]) => {
    const before = first.sent.get(node) ?? 0;
    return [node, Math.round(((before > sent ? sent : sent - before) / seconds) * 10) / 10] as const;
  });
  return Object.fromEntries(rates.filter(([, perSecond]) => perSecond > 0));
};
