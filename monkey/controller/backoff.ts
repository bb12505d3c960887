/** How long to wait after so many failures in a row: doubling from 1 s to 30 s, and half of it at random. */
export const backoffMs = (failures: number, random: () => number): number =>
  Math.min(30_000, 1_000 * 2 ** Math.min(failures - 1, 10)) * (0.5 + 0.5 * random());
