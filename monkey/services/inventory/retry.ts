export const triesMost = 3;

const firstMs = 100;
const longestMs = 2_000;

/**
 * How long to wait after so many tries: anything up to a bound that doubles, so that those who failed together do not
 * come back together ("full jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export const pauseMs = (tries: number, random: () => number): number =>
  random() * Math.min(longestMs, firstMs * 2 ** (tries - 1));
