import { LazyMap } from './lazy-map.ts';
import type { Read } from './parse-parts.ts';
import { beatOfShort, shortPulse } from './pulse.ts';
import type { ReadNamed } from './remembered.ts';
import { keptOf, type Shape, stretchesOf, type Uncut } from './uncut.ts';
import type { Beat } from './view.ts';

/** What is kept of a pulse: the node, and what stands in it. */
const each = 7;
const shape: Shape = { value: `\\[(${shortPulse})\\]`, kept: '"$1",$2,' };

/**
 * The beats of a pool from its pulses, each made when it is asked for. What is not as agents tell it is read by `read` at
 * once. Undefined: they have to be cut and read one by one.
 */
export const lazyBeats = (
  uncut: Uncut,
  read: ReadNamed<Read<Beat>>,
  complain: (because: string, node: string) => void,
): ReadonlyMap<string, Beat> | undefined => {
  let shapes: readonly Shape[] = [shape];
  const stretches = stretchesOf(uncut, each, () => {
    const [next] = shapes;
    shapes = [];
    return next;
  });
  if (stretches === undefined) return undefined;
  const beats = new Map<string, number | Beat>();
  let before = 0;
  for (const { kept, odd } of stretches) {
    for (let at = 0; at < kept.length; at += each) beats.set(kept[at] as string, before + at);
    before += kept.length;
    if (odd === undefined) continue;
    const pulse = read(...odd);
    if (pulse.kind === 'read') beats.set(odd[0], pulse.value);
    else complain(pulse.because, odd[0]);
  }
  return new LazyBeats(beats, keptOf(stretches));
};

class LazyBeats extends LazyMap<Beat> {
  readonly #beats: ReadonlyMap<string, number | Beat>;
  readonly #kept: readonly unknown[];

  /** @param beats each beat, or where in `kept` that of a pulse begins */
  constructor(beats: ReadonlyMap<string, number | Beat>, kept: readonly unknown[]) {
    super();
    this.#beats = beats;
    this.#kept = kept;
  }

  get size(): number {
    return this.#beats.size;
  }

  has(node: string): boolean {
    return this.#beats.has(node);
  }

  keys(): MapIterator<string> {
    return this.#beats.keys();
  }

  get(node: string): Beat | undefined {
    const beat = this.#beats.get(node);
    return typeof beat === 'number' ? beatOfShort(node, this.#kept, beat + 1) : beat;
  }
}
