import { formatShare } from '../../../pool/units.ts';
import type { RoundVerdict } from './definition.ts';

/** A share against its two thresholds, in words: `memory 97%, threshold 95%`. What is not a number is not known. */
export const between = (
  what: string,
  share: number,
  { threshold, clear }: { readonly threshold: number; readonly clear: number },
): RoundVerdict => {
  if (!Number.isFinite(share)) return { kind: 'unknown', because: `${what} could not be measured: not a number` };
  const words = `${what} ${formatShare(share)}`;
  if (share >= threshold) return { kind: 'hot', because: `${words}, threshold ${formatShare(threshold)}` };
  return share > clear
    ? { kind: 'warm', because: `${words}, calm at ${formatShare(clear)}` }
    : { kind: 'calm', because: words };
};

const rank = { hot: 3, unknown: 2, warm: 1, calm: 0 } as const;

/** The verdict on several things at once: what is hot counts, then what is not known, then what is warm. */
export const worst = (verdicts: readonly RoundVerdict[]): RoundVerdict | undefined =>
  verdicts.reduce<RoundVerdict | undefined>(
    (so, verdict) => (so === undefined || rank[verdict.kind] > rank[so.kind] ? verdict : so),
    undefined,
  );
