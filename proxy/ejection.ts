/*
 * Passive ejection: a node that fails several requests in a row gets none for a while, without asking the pool.
 *
 * The rule is that of Envoy's outlier detection by consecutive failures, with its panic threshold and its share that is
 * never ejected (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier). Different from there:
 * a first byte that did not come in time is weaker evidence than a refusal or a reset. Requests that merely take long look
 * the same, and several that were sent at once are one observation of one moment, not so many.
 *
 * INVARIANTS
 * - Only tries that began after the node was let in again count: what was under way when it was ejected says
 *   nothing new.
 * - While no other member answers anybody either, silences that overlap count once.
 * - Who was only silent is in doubt: on trial at once, and in again with whatever it answers. Only a trial that fails
 *   leaves it out for `time`.
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

/**
 * Did a try fail because nothing was heard in time? `of-one`: another member answered somebody in the later half of that
 * wait; `of-all`: none did, so that it may as well be the requests that take long.
 */
export type Silence = 'no' | 'of-one' | 'of-all';

export interface Standing {
  readonly failuresInRow: number;
  /** So many of those were silences, and when the last one was counted. */
  readonly silences?: { readonly inRow: number; readonly countedMs: number };
  /** Ejections in a row that did not help. */
  readonly ejections: number;
  /** Out until then, on trial from then on; `undefined`: in. */
  readonly outUntilMs?: number;
  /** Since when it has not been in; only while it is not. */
  readonly outSinceMs?: number;
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
  const { outUntilMs, ejections } = standing;
  if (outUntilMs !== undefined) {
    const saysNothingNew = startedMs < outUntilMs && !isInDoubt(standing);
    return saysNothingNew ? standing : { failuresInRow: 0, ejections, backSinceMs: nowMs };
  }
  // The common case: nothing is made for it.
  if (standing.failuresInRow === 0) return standing;
  const { silences: _silent, askedLastUntilMs: _wasLast, ...rest } = standing;
  return { ...rest, failuresInRow: 0 };
};

/** The standing once one failure has turned out to be none of the node's. Who is left out already stays out. */
export const afterPardon = (standing: Standing): Standing => {
  const { failuresInRow, silences } = standing;
  if (failuresInRow === 0) return standing;
  const fewer = silences === undefined ? {} : { silences: { ...silences, inRow: Math.max(0, silences.inRow - 1) } };
  return { ...standing, failuresInRow: failuresInRow - 1, ...fewer };
};

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
  silence: Silence = 'no',
): Standing => {
  const { outUntilMs, backSinceMs } = standing;
  if (startedMs < (outUntilMs ?? backSinceMs ?? Number.NEGATIVE_INFINITY)) return standing;
  if (outUntilMs !== undefined) return ejected(standing, nowMs, rules);
  if (isKnownSilence(standing, startedMs, silence)) return standing;
  const counted = withFailure(standing, nowMs, silence);
  if (counted.failuresInRow < rules.failures) return counted;
  const isDoubtful = counted.silences?.inRow === counted.failuresInRow && !isAskedLast(standing);
  if (!mayEject) return { ...counted, askedLastUntilMs: nowMs + (isDoubtful ? 0 : rules.time) };
  return isDoubtful ? doubted(standing, nowMs, rules) : ejected(standing, nowMs, rules);
};

/** It tells of a time in which the node is known to have been silent. */
const isKnownSilence = ({ silences, askedLastUntilMs }: Standing, startedMs: number, silence: Silence): boolean => {
  if (silence === 'no') return false;
  const wasCounted = silence === 'of-all' && silences !== undefined && startedMs < silences.countedMs;
  return wasCounted || (askedLastUntilMs !== undefined && startedMs < askedLastUntilMs);
};

const withFailure = (standing: Standing, nowMs: number, silence: Silence): Standing => {
  const failuresInRow = standing.failuresInRow + 1;
  if (silence === 'no') return { ...standing, failuresInRow };
  return { ...standing, failuresInRow, silences: { inRow: (standing.silences?.inRow ?? 0) + 1, countedMs: nowMs } };
};

/** On trial from now on, since all that is known of it is that it says nothing. */
const doubted = (standing: Standing, nowMs: number, rules: EjectionRules): Standing => {
  const ejections = stayedWell(standing, nowMs, rules) ? 0 : standing.ejections;
  return { failuresInRow: 0, ejections, outSinceMs: nowMs, outUntilMs: nowMs };
};

/** On trial only because it was silent. */
export const isInDoubt = ({ outSinceMs, outUntilMs }: Standing): boolean =>
  outUntilMs !== undefined && outUntilMs === outSinceMs;

/** The standing of a node that is left out from now on. */
export const ejected = (standing: Standing, nowMs: number, rules: EjectionRules): Standing => {
  const ejections = stayedWell(standing, nowMs, rules) ? 1 : standing.ejections + 1;
  const outSinceMs = standing.outSinceMs ?? nowMs;
  return { failuresInRow: 0, ejections, outSinceMs, outUntilMs: nowMs + outForMs(ejections, rules) };
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
