/** Values over time as one line of bars. */
const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** All servers on one scale, 0 to 100%, so that they can be compared; a gap is what could not be read. */
export const sparkline = (shares: readonly (number | null)[]): string =>
  shares.map((share) => (share === null ? ' ' : (bars[levelOf(share)] ?? bars[0]))).join('');

/** What is steady is drawn high and flat: only a fall below so much of the highest value reaches the lowest bar. */
const steadyShare = 0.75;

/** Values of one thing on a scale of their own, from the lowest to the highest of them: how it grew. */
export const ownSparkline = (values: readonly number[]): string => {
  const highest = Math.max(...values);
  const lowest = Math.min(...values, highest * steadyShare);
  return sparkline(values.map((value) => (highest === lowest ? 0 : (value - lowest) / (highest - lowest))));
};

const levelOf = (share: number): number => Math.max(0, Math.min(bars.length - 1, Math.floor(share * bars.length)));
