import type { Garbage, PoolView } from './view.ts';

/**
 * The policy that stands in the pool and cannot be read, such as one with a key from a newer version. The defaults do
 * not stand in for it: nobody knows what it asks for.
 */
export const unreadablePolicy = ({ garbage }: Pick<PoolView, 'garbage'>): Garbage | undefined =>
  garbage.find(({ key }) => key.endsWith(':policy'));
