/** Resolves once `so` says yes, asked every few milliseconds; rejects with `what` after `mostMs`. For what tells of itself by no event. */
export const eventually = async (
  what: string,
  so: () => boolean | Promise<boolean>,
  mostMs = 15_000,
): Promise<void> => {
  const endMs = performance.now() + mostMs;
  while (!(await so())) {
    if (performance.now() > endMs) throw new Error(`not within ${mostMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
