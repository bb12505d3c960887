import type { Garbage, PoolView } from './view.ts';

/** Why nobody can say which nodes the pool has, where their key as a whole is garbage. Such a pool is not an empty one. */
export const unreadableNodes = ({ garbage }: Pick<PoolView, 'garbage'>): Garbage | undefined =>
  garbage.find(({ key, field }) => key.endsWith(':nodes') && field === undefined);
