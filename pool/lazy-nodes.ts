import { LazyMap } from './lazy-map.ts';
import type { Neighbour } from './neighbour.ts';
import { isGarbage } from './parse-record.ts';
import { quietShapes } from './quiet-record.ts';
import type { NodeRecord } from './record.ts';
import type { ReadNamed } from './remembered.ts';
import { cut, stretchesOf, type Uncut, valueBeginning } from './uncut.ts';
import type { Garbage } from './view.ts';

type ReadRecord = ReadNamed<NodeRecord | Garbage>;

/** All nodes of a view, in its order: who needs no more of them than this spares a big pool the reading of the rest. */
export const neighboursOf = (nodes: ReadonlyMap<string, NodeRecord>): readonly Neighbour[] =>
  nodes instanceof LazyNodes ? nodes.neighbours() : [...nodes.values()];

/**
 * The records of a pool from their ids and JSON in turn, each read whole when it is asked for. Which of them are garbage is
 * known at once; it is added to `garbage`, and is no node. Undefined: they have to be cut and read one by one.
 */
export const lazyNodes = (
  uncut: Uncut,
  read: ReadRecord,
  garbage: Garbage[],
): ReadonlyMap<string, NodeRecord> | undefined => {
  const known = new Map<string, NodeRecord | Garbage>();
  const readOnce = (id: string, json: string): NodeRecord | Garbage => {
    const record = known.get(id) ?? read(id, json);
    known.set(id, record);
    return record;
  };
  const shapeOf = quietShapes();
  const stretches = stretchesOf(uncut, 1, (id, json) => {
    const record = readOnce(id, json);
    return isGarbage(record) ? undefined : shapeOf(record);
  });
  if (stretches === undefined || stretches.some(({ odd }) => odd?.[0].includes('"') === true)) return undefined;
  const odds = stretches.map(({ odd }) => (odd === undefined ? [] : [readOnce(...odd)]));
  garbage.push(...odds.flat().filter(isGarbage));
  const parts = stretches.flatMap(({ kept }, at) => [kept as readonly Neighbour[], (odds[at] ?? []).filter(isRecord)]);
  const all = ([] as readonly Neighbour[]).concat(...parts);
  const whole = [...known].filter((one): one is [string, NodeRecord] => isRecord(one[1]));
  return new LazyNodes(all, new Map(whole), uncut, read);
};

const isRecord = (read: NodeRecord | Garbage): read is NodeRecord => !isGarbage(read);

/** Looking for one in the text of all is quicker than cutting that text, but not for long. */
const mostSearched = 16;

/** For who looks at one node, and needs of the others no more than neighbour.ts says. */
class LazyNodes extends LazyMap<NodeRecord> {
  readonly #all: readonly Neighbour[];
  readonly #whole: Map<string, NodeRecord>;
  readonly #uncut: Uncut;
  readonly #read: ReadRecord;
  #texts: ReadonlyMap<string, string> | undefined;
  #searched = 0;

  /**
   * @param all in the order of the pool
   * @param whole those that were read
   * @param uncut the JSON of the others, among what is garbage
   */
  constructor(all: readonly Neighbour[], whole: Map<string, NodeRecord>, uncut: Uncut, read: ReadRecord) {
    super();
    this.#all = all;
    this.#whole = whole;
    this.#uncut = uncut;
    this.#read = read;
  }

  neighbours(): readonly Neighbour[] {
    return this.#all;
  }

  get size(): number {
    return this.#all.length;
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  get(id: string): NodeRecord | undefined {
    const known = this.#whole.get(id);
    if (known !== undefined) return known;
    const json = this.#textOf(id);
    const record = json === undefined ? undefined : this.#read(id, json);
    if (record === undefined || isGarbage(record)) return undefined;
    this.#whole.set(id, record);
    return record;
  }

  #textOf(id: string): string | undefined {
    this.#searched += 1;
    // As all that were not read begin; no id that has a quote is among the others, see above.
    if (this.#searched <= mostSearched) return valueBeginning(this.#uncut, id, `{"schema":1,"id":"${id}"`);
    this.#texts ??= textsOf(this.#uncut);
    return this.#texts.get(id);
  }

  *keys(): MapIterator<string> {
    for (const { id } of this.#all) yield id;
  }
}

const textsOf = (uncut: Uncut): ReadonlyMap<string, string> => {
  const pairs = cut(uncut);
  const texts = new Map<string, string>();
  for (let at = 0; at + 1 < pairs.length; at += 2) texts.set(pairs[at] ?? '', pairs[at + 1] ?? '');
  return texts;
};
