/** Values of a share over time as one line of bars. */
const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** All servers on one scale, 0 to 100%, so that they can be compared; a gap is what could not be read. */
export const sparkline = (shares: readonly (number | null)[]): string =>
  shares.map((share) => (share === null ? ' ' : (bars[levelOf(share)] ?? bars[0]))).join('');

const levelOf = (share: number): number => Math.max(0, Math.min(bars.length - 1, Math.floor(share * bars.length)));
