/*
 * What routers do about serving nodes that fail requests, and since when.
 *
 * INVARIANT: what one router says alone of a node is not believed, where others are heard that say otherwise: it may
 * stand behind a broken line itself.
 */
import type { PoolView, RouterReport } from '../../../pool/view.ts';
import { routerSilentAfterMs } from '../treatment/drained.ts';

/** From the first to the last time that it was seen, with shorter breaks than `spellEndsMs` in it (Redis TIME). */
interface Spell {
  readonly sinceMs: number;
  readonly lastMs: number;
}

/** By node that most routers leave out, and for `panic`. */
export type RoutingSpells = ReadonlyMap<string, Spell>;

/** No node is called so: ids have no blanks. */
export const panicking = ' panic ';

/** Between two spells that are nearer than this nobody has put anything right. */
export const spellEndsMs = 120_000;

export const spellsAfter = (before: RoutingSpells = new Map(), view: PoolView): RoutingSpells => {
  const { nowMs } = view;
  const recent = [...before].filter(([, { lastMs }]) => nowMs - lastMs < spellEndsMs);
  const now = [...leftOutByMost(view), ...(inPanic(view).length > 0 ? [panicking] : [])];
  return new Map([
    ...recent,
    ...now.map((what) => [what, { sinceMs: before.get(what)?.sinceMs ?? nowMs, lastMs: nowMs }] as const),
  ]);
};

/** Routers that were heard of late. */
export const heardRouters = ({ routers, nowMs }: PoolView): readonly RouterReport[] =>
  [...routers.values()].filter(({ atMs }) => nowMs - atMs <= routerSilentAfterMs);

export const inPanic = (view: PoolView): readonly RouterReport[] =>
  heardRouters(view).filter(({ panic }) => panic === true);

/** Serving nodes that more than half of the routers leave out. */
export const leftOutByMost = (view: PoolView): readonly string[] => {
  const heard = heardRouters(view);
  return [...view.nodes.values()]
    .filter(({ state }) => state === 'serving')
    .map(({ id }) => id)
    .filter((id) => heard.filter(({ ejected }) => ejected?.includes(id) === true).length * 2 > heard.length);
};
