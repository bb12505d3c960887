import type { Watched } from '../silence/watched.ts';
import { census } from '../treatment/census.ts';

/** Quarantine is guarded: may the pool do without the late return of a node? */
export const mayQuarantine = ({ view, policy }: Pick<Watched, 'view' | 'policy'>): boolean =>
  census(view, policy).serving.length >= policy.limits.minServing;
