/** How long to wait before a worker that has ended is started again. Pure. */

const firstMs = 100;
/** Others wait for it: it is never away for longer. */
const longestMs = 5_000;
/** Who has lived for this long has not died of its start. */
const healthyMs = 60_000;

/** Ends in a row, the last one among them, none of which came after a long life. */
export const endsInRow = (before: number, livedMs: number): number => (livedMs >= healthyMs ? 1 : before + 1);

/** @param ends in a row, 1 or more: the first time it is started at once */
export const restartDelayMs = (ends: number): number =>
  ends <= 1 ? 0 : Math.min(longestMs, firstMs * 2 ** Math.min(ends - 2, 16));
