import { LazyMap } from './lazy-map.ts';
import type { Limits, PoolStore } from './store.ts';
import type { Beat, Beats, PoolView } from './view.ts';

/** The view with what agents told in place of their pulses, where that was read: for people, who are told all of it. */
export const withWholeBeats = (view: PoolView, { beats, garbage }: Beats): PoolView => {
  const over = new Map<string, Beat | undefined>(beats);
  for (const { field } of garbage) if (field !== undefined) over.set(field, undefined);
  return { ...view, beats: new LaidOver(view.beats, over), garbage: [...view.garbage, ...garbage] };
};

/** A view with whole beats of all nodes. The beats may be newer than the view, by as long as the two readings take. */
export const viewWithWholeBeats = async (
  store: Pick<PoolStore, 'view' | 'beats'>,
  limits: Limits,
): Promise<PoolView> => {
  const [view, beats] = await Promise.all([store.view(limits), store.beats(undefined, limits)]);
  return withWholeBeats(view, beats);
};

/** The beats under them may be many, and are made only when they are asked for. */
class LaidOver extends LazyMap<Beat> {
  readonly #under: ReadonlyMap<string, Beat>;
  readonly #over: ReadonlyMap<string, Beat | undefined>;

  /** @param over what stands in place of others; undefined: nothing does */
  constructor(under: ReadonlyMap<string, Beat>, over: ReadonlyMap<string, Beat | undefined>) {
    super();
    this.#under = under;
    this.#over = over;
  }

  get size(): number {
    return [...this.keys()].length;
  }

  has(node: string): boolean {
    return this.#over.has(node) ? this.#over.get(node) !== undefined : this.#under.has(node);
  }

  get(node: string): Beat | undefined {
    return this.#over.has(node) ? this.#over.get(node) : this.#under.get(node);
  }

  *keys(): MapIterator<string> {
    for (const node of this.#under.keys()) if (this.has(node)) yield node;
    for (const node of this.#over.keys()) if (!this.#under.has(node) && this.has(node)) yield node;
  }
}
