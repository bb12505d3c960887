import type { Lever, PoolView } from '../../../pool/view.ts';

/** The lever, if it is pulled now; one whose time has passed has let go by itself. */
export const leverPulled = ({ lever, nowMs }: Pick<PoolView, 'lever' | 'nowMs'>): Lever | undefined =>
  lever !== undefined && (lever.untilMs === undefined || lever.untilMs > nowMs) ? lever : undefined;
