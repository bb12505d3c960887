import type { Case } from './case.ts';

/** Who leads, in words. */
export const leaderOf = ({ view: { leader, nowMs } }: Pick<Case, 'view'>): string =>
  leader === undefined || leader.untilMs <= nowMs ? 'a controller (none leads now)' : leader.holder;
