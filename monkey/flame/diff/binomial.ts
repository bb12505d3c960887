/** How likely a difference is where nothing has changed. */

/**
 * Two-sided p-value of the exact conditional test of two Poisson rates: of `before + after` samples in a frame, as many as
 * `after` in the second profile are a draw from Binomial(before + after, n2 / (n1 + n2)) if the frame's share is the same.
 * Przyborowski and Wilenski, Biometrika 31 (1940), 313-323. `n1` and `n2` are all samples of each profile.
 */
export const chanceOfDifference = (before: number, after: number, n1: number, n2: number): number => {
  const trials = Math.round(before + after);
  const hits = Math.round(after);
  if (trials === 0 || n1 <= 0 || n2 <= 0) return 1;
  const share = n2 / (n1 + n2);
  const atMost = atMostHits(hits, trials, share);
  const atLeast = hits === 0 ? 1 : 1 - atMostHits(hits - 1, trials, share);
  return Math.min(1, 2 * Math.min(atMost, atLeast));
};

/** P(X <= hits) for X from Binomial(trials, share): https://dlmf.nist.gov/8.17 (8.17.5) */
const atMostHits = (hits: number, trials: number, share: number): number =>
  hits >= trials ? 1 : incompleteBeta(1 - share, trials - hits, hits + 1);

/** The regularized incomplete beta function I_x(a, b), by its continued fraction: https://dlmf.nist.gov/8.17#v */
export const incompleteBeta = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side; the other is its mirror image (8.17.4).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  return Math.min(1, front * continuedFraction(x, a, b));
};

const tiny = 1e-300;
const mostTerms = 10_000;

/** 1 / (1 + d1 / (1 + d2 / …)), by the modified method of Lentz; d as in https://dlmf.nist.gov/8.17#E22. */
const continuedFraction = (x: number, a: number, b: number): number => {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let term = 1; term < mostTerms; term += 1) {
    const even = (term * (b - term) * x) / ((a + 2 * term - 1) * (a + 2 * term));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= d * c;
    const odd = (-(a + term) * (a + b + term) * x) / ((a + 2 * term) * (a + 2 * term + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return result;
};

const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);

/** ln Γ(x) for x > 0, by Stirling's series (https://dlmf.nist.gov/5.11#E1) from where it is exact to double precision. */
export const logGamma = (x: number): number => {
  let shift = 0;
  let at = x;
  for (; at < 12; at += 1) shift += Math.log(at);
  const square = 1 / (at * at);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
};

/**
 * Which of many tests stand at a level for all of them together: Holm, Scandinavian Journal of Statistics 6 (1979), 65-70.
 * The chance that even one of those that stand is a mere accident is at most `level`.
 */
export const standing = (chances: readonly number[], level: number): readonly boolean[] => {
  const stands = chances.map(() => false);
  const order = chances.map((chance, index) => ({ chance, index })).sort((one, other) => one.chance - other.chance);
  for (const [rank, { chance, index }] of order.entries()) {
    if (chance > level / (order.length - rank)) break;
    stands[index] = true;
  }
  return stands;
};
