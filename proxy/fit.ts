/** Who of a pool's members may have the next request. */
import { isAskedLast, placeOf, type Standing } from './ejection.ts';

export interface Judged {
  readonly standing: Standing;
  /** A request is under way that shows whether it answers again. */
  readonly isTrialUnderWay: boolean;
}

/** Nobody is left out or asked last, which is the common case: told without making a list. */
export const areAllWell = (members: readonly Judged[]): boolean => {
  for (const { standing } of members) {
    if (standing.outUntilMs !== undefined || standing.askedLastUntilMs !== undefined) return false;
  }
  return true;
};

/** Those that are in, or may be tried again. Those to be asked last only where there is nobody else. */
export const fitOf = <M extends Judged>(members: readonly M[], nowMs: number): readonly M[] => {
  const fit = members.filter((member) => mayHaveNext(member, nowMs));
  const preferred = fit.filter((member) => !waits(member, nowMs));
  return preferred.length > 0 ? preferred : fit;
};

const mayHaveNext = ({ standing, isTrialUnderWay }: Judged, nowMs: number): boolean => {
  const place = placeOf(standing, nowMs);
  return place === 'in' || (place === 'on-trial' && !isTrialUnderWay);
};

/** Once its time is over it is tried like one on trial, with one request at a time. */
const waits = ({ standing, isTrialUnderWay }: Judged, nowMs: number): boolean =>
  isAskedLast(standing) && (isTrialUnderWay || nowMs < (standing.askedLastUntilMs ?? nowMs));
