import type { Neighbour } from './neighbour.ts';
import { isGarbage } from './parse-record.ts';
import { type QuietNode, quietRecords } from './quiet-record.ts';
import type { NodeRecord } from './record.ts';
import type { ReadNamed } from './remembered.ts';
import type { Garbage } from './view.ts';

type ReadRecord = ReadNamed<NodeRecord | Garbage>;

/** All nodes of a view, in its order: who needs no more of them than this spares a big pool the reading of the rest. */
export const neighboursOf = (nodes: ReadonlyMap<string, NodeRecord>): readonly Neighbour[] =>
  nodes instanceof LazyNodes ? nodes.neighbours() : [...nodes.values()];

/**
 * The records of a pool, each read whole when it is asked for: for who looks at one node, and needs of the others no more
 * than neighbour.ts says. Which of them are garbage is known from the beginning.
 */
export class LazyNodes implements ReadonlyMap<string, NodeRecord> {
  readonly #read: ReadRecord;
  readonly #quiet = new Map<string, QuietNode>();
  readonly #whole = new Map<string, NodeRecord>();
  /** In the order of the pool. */
  readonly #all: (NodeRecord | QuietNode)[] = [];

  /** @param pairs id and JSON in turn; what is garbage is added to `garbage`, and is no node */
  constructor(pairs: readonly string[], read: ReadRecord, garbage: Garbage[]) {
    this.#read = read;
    const records = quietRecords();
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const id = pairs[at] ?? '';
      const json = pairs[at + 1] ?? '';
      const quiet = records.read(id, json);
      if (quiet === undefined) this.#readWhole(id, json, records.learn, garbage);
      else {
        this.#quiet.set(id, quiet);
        this.#all.push(quiet);
      }
    }
  }

  #readWhole(id: string, json: string, learn: (record: NodeRecord) => void, garbage: Garbage[]): void {
    const record = this.#read(id, json);
    if (isGarbage(record)) {
      garbage.push(record);
      return;
    }
    learn(record);
    this.#whole.set(id, record);
    this.#all.push(record);
  }

  neighbours(): readonly Neighbour[] {
    return this.#all;
  }

  get size(): number {
    return this.#all.length;
  }

  has(id: string): boolean {
    return this.#quiet.has(id) || this.#whole.has(id);
  }

  get(id: string): NodeRecord | undefined {
    const quiet = this.#quiet.get(id);
    const known = this.#whole.get(id);
    if (known !== undefined || quiet === undefined) return known;
    const record = this.#read(id, quiet.json);
    if (isGarbage(record)) throw new Error(`${id} fits a record and is none: ${record.because}`);
    this.#whole.set(id, record);
    return record;
  }

  *keys(): MapIterator<string> {
    for (const { id } of this.#all) yield id;
  }

  *values(): MapIterator<NodeRecord> {
    for (const [, record] of this.entries()) yield record;
  }

  *entries(): MapIterator<[string, NodeRecord]> {
    for (const { id } of this.#all) {
      const record = this.get(id);
      if (record !== undefined) yield [id, record];
    }
  }

  [Symbol.iterator](): MapIterator<[string, NodeRecord]> {
    return this.entries();
  }

  forEach(use: (record: NodeRecord, id: string, all: ReadonlyMap<string, NodeRecord>) => void): void {
    for (const [id, record] of this) use(record, id, this);
  }
}
