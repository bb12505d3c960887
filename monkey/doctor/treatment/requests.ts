import type { PoolView } from '../../../pool/view.ts';
import { routerSilentAfterMs } from './drained.ts';

/**
 * Requests per second that each node gets, by what all routers say; undefined where one of them does not say (it is of
 * another kind or version, silent, or unreadable): then nobody knows how they are shared.
 */
export const requestsByNode = ({
  routers,
  garbage,
  nowMs,
}: Pick<PoolView, 'routers' | 'garbage' | 'nowMs'>): ReadonlyMap<string, number> | undefined => {
  if (routers.size === 0 || garbage.some(({ key }) => key.endsWith(':routers'))) return undefined;
  const sums = new Map<string, number>();
  for (const { requests, atMs } of routers.values()) {
    if (requests === undefined || nowMs - atMs > routerSilentAfterMs) return undefined;
    for (const [node, perSecond] of Object.entries(requests)) sums.set(node, (sums.get(node) ?? 0) + perSecond);
  }
  return sums;
};
