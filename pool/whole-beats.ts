import type { Limits, PoolStore } from './store.ts';
import type { Beats, PoolView } from './view.ts';

/** The view with what agents told in place of their pulses, where that was read: for people, who are told all of it. */
export const withWholeBeats = (view: PoolView, { beats, garbage }: Beats): PoolView => {
  const known = new Map(view.beats);
  for (const [node, beat] of beats) known.set(node, beat);
  for (const { field } of garbage) if (field !== undefined) known.delete(field);
  return { ...view, beats: known, garbage: [...view.garbage, ...garbage] };
};

/** A view with whole beats of all nodes. The beats may be newer than the view, by as long as the two readings take. */
export const viewWithWholeBeats = async (
  store: Pick<PoolStore, 'view' | 'beats'>,
  limits: Limits,
): Promise<PoolView> => {
  const [view, beats] = await Promise.all([store.view(limits), store.beats(undefined, limits)]);
  return withWholeBeats(view, beats);
};
