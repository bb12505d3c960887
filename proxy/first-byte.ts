import { isBelow } from './route-of.ts';

/** How long the first byte of an answer may take where no rule says otherwise. */
export const firstByteMs = 3_000;

export interface FirstByteRule {
  /** Holds for this path and all below it. */
  readonly path: string;
  readonly deadline: number;
}

/**
 * A request has waited for its first byte in vain: is it the request that takes long? It is where the node began to answer
 * others in the later half of that wait. One that said nothing to anybody may be frozen. Monotonic times.
 */
export const isRequestSlow = (startedMs: number, nowMs: number, nodeSpokeMs: number): boolean =>
  nodeSpokeMs > (startedMs + nowMs) / 2;

/** The deadline for a request's path (with or without a query), in milliseconds; the longest path that fits wins. */
export const firstByteDeadlines = (rules: readonly FirstByteRule[]): ((target: string) => number) => {
  const longestFirst = [...rules].sort((a, b) => b.path.length - a.path.length);
  if (longestFirst.length === 0) return () => firstByteMs;
  return (target) => {
    const [path = ''] = target.split('?', 1);
    return longestFirst.find((rule) => isBelow(path, rule.path))?.deadline ?? firstByteMs;
  };
};
