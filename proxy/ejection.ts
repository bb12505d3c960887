/*
 * Passive ejection: a node that fails several requests in a row gets none for a while, without asking the pool.
 *
 * INVARIANTS
 * - Only tries that began after the node was let in again count: what was under way when it was ejected says
 *   nothing new.
 * - A node comes back on trial, with one request at a time, until one succeeds.
 * - One that may not be left out any more is asked last, and tried like one on trial after each `time`.
 */

export interface EjectionRules {
  readonly failures: number;
  readonly time: number;
  readonly longest: number;
  /** Never leave out more than this share of the members. */
  readonly most: number;
}

export interface Standing {
  readonly failuresInRow: number;
  /** Ejections in a row that did not help. */
  readonly ejections: number;
  /** Out until then, on trial from then on; `undefined`: in. */
  readonly outUntilMs?: number;
  /** When the last trial succeeded. */
  readonly backSinceMs?: number;
  /** It should be out, and no more may be left out: until then it is asked only where nobody else can be. */
  readonly askedLastUntilMs?: number;
}

export const goodStanding: Standing = { failuresInRow: 0, ejections: 0 };

export type Place = 'in' | 'out' | 'on-trial';

/** In, but only since no more members may be left out. */
export const isAskedLast = ({ askedLastUntilMs }: Standing): boolean => askedLastUntilMs !== undefined;

export const placeOf = ({ outUntilMs }: Standing, nowMs: number): Place =>
  outUntilMs === undefined ? 'in' : nowMs < outUntilMs ? 'out' : 'on-trial';

/** The standing after a try that succeeded; the same object where nothing changed. */
export const afterSuccess = (standing: Standing, startedMs: number, nowMs: number): Standing => {
  const { failuresInRow, outUntilMs, askedLastUntilMs: _wasLast, ...rest } = standing;
  if (outUntilMs !== undefined) {
    return startedMs < outUntilMs ? standing : { failuresInRow: 0, ejections: rest.ejections, backSinceMs: nowMs };
  }
  return failuresInRow === 0 ? standing : { ...rest, failuresInRow: 0 };
};

/** The standing once one failure has turned out to be none of the node's. Who is left out already stays out. */
export const afterPardon = (standing: Standing): Standing =>
  standing.failuresInRow === 0 ? standing : { ...standing, failuresInRow: standing.failuresInRow - 1 };

/**
 * The standing after a try that failed.
 *
 * @param mayEject whether one more may be left out now, see {@link mayEject}
 */
export const afterFailure = (
  standing: Standing,
  startedMs: number,
  nowMs: number,
  rules: EjectionRules,
  mayEject: boolean,
): Standing => {
  const { outUntilMs, backSinceMs } = standing;
  if (startedMs < (outUntilMs ?? backSinceMs ?? Number.NEGATIVE_INFINITY)) return standing;
  const failuresInRow = standing.failuresInRow + 1;
  const failedTrial = outUntilMs !== undefined;
  if (!failedTrial && failuresInRow < rules.failures) return { ...standing, failuresInRow };
  if (!failedTrial && !mayEject) return { ...standing, failuresInRow, askedLastUntilMs: nowMs + rules.time };
  return ejected(standing, nowMs, rules);
};

/** The standing of a node that is left out from now on. */
export const ejected = (standing: Standing, nowMs: number, rules: EjectionRules): Standing => {
  const ejections = stayedWell(standing, nowMs, rules) ? 1 : standing.ejections + 1;
  return { failuresInRow: 0, ejections, outUntilMs: nowMs + outForMs(ejections, rules) };
};

/** Doubles with each ejection in a row, up to the longest. */
export const outForMs = (ejections: number, { time, longest }: EjectionRules): number =>
  Math.min(longest, time * 2 ** Math.min(ejections - 1, 30));

/** May one more of `members` be left out, when `out` of them are? The last one never is. */
export const mayEject = (out: number, members: number, { most }: EjectionRules): boolean =>
  out + 1 < members && out + 1 <= Math.max(1, Math.floor(members * most));

/**
 * Are so few of `members` in that those may not bear what is asked, and asking one that failed is the smaller evil? Envoy
 * calls it the panic threshold.
 */
export const isPanic = (within: number, members: number, panicBelow: number): boolean =>
  members > 0 && (within === 0 || within < members * panicBelow);

/** Was the node well for longer than it had last been out? Then its past is forgotten. */
const stayedWell = ({ backSinceMs, ejections }: Standing, nowMs: number, rules: EjectionRules): boolean =>
  backSinceMs !== undefined && nowMs - backSinceMs > outForMs(ejections, rules);
