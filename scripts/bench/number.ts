import { CannotMeasure } from './cannot-measure.ts';

export const wholeNumberOf = (flag: string, text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new CannotMeasure(`${flag} takes a whole number of at least 1, not ${text}`);
  return number;
};

/** The value below which the share `rank` of the values lies (nearest rank); 0 where there are none. */
export const percentile = (values: readonly number[], rank: number): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(rank * sorted.length) - 1))] ?? 0;
};
