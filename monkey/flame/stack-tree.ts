/*
 * Samples, added up by stack: a tree in which stacks share what they have in common from the bottom up.
 *
 * In order of time (`in-order`), only neighbours share: what comes again after something else is a node of its own.
 *
 * INVARIANTS
 * - `values[n]` is what ended in node n itself, never what was under it; `counts[n]` is the number of samples of that.
 * - Node 0 is the root; a node's parent has a smaller number than the node.
 * - Memory grows with the number of distinct stacks, not with the number of samples.
 */
import { FrameNames } from './frame-names.ts';

export class StackTree {
  readonly names = new FrameNames();
  #size = 1;
  #parents = new Int32Array(1 << 10).fill(-1, 0, 1);
  #frames = new Int32Array(1 << 10).fill(-1, 0, 1);
  #values = new Float64Array(1 << 10);
  #counts = new Float64Array(1 << 10);
  /** Open addressing; holds node + 1, 0 where it is free. */
  #slots = new Int32Array(1 << 12);
  /** In order of time: what was met last in each node, or 0 where its next child is a new one. */
  #latest = new Int32Array(0);
  readonly isInOrder: boolean;

  constructor(kind: 'merged' | 'in-order' = 'merged') {
    this.isInOrder = kind === 'in-order';
    if (this.isInOrder) this.#latest = new Int32Array(this.#parents.length);
  }

  /** Nodes so far, the root among them. */
  get size(): number {
    return this.#size;
  }

  /** The node of `frame` under `parent`, made if there is none. */
  child(parent: number, frame: number): number {
    if (this.isInOrder) return this.#next(parent, frame);
    const mask = this.#slots.length - 1;
    let slot = (Math.imul(parent, 0x9e3779b1) ^ Math.imul(frame, 0x85ebca6b)) & mask;
    for (;;) {
      const node = (this.#slots[slot] ?? 0) - 1;
      if (node < 0) return this.#grown(parent, frame, slot);
      if (this.#parents[node] === parent && this.#frames[node] === frame) return node;
      slot = (slot + 1) & mask;
    }
  }

  /** Adds what ended in a node. */
  add(node: number, value: number, samples: number): void {
    this.#values[node] = this.value(node) + value;
    this.#counts[node] = this.count(node) + samples;
    if (this.isInOrder) this.#latest[node] = 0;
  }

  /** Adds a stack, bottom first. */
  addStack(frames: readonly string[], value: number, samples: number): void {
    let node = 0;
    for (const frame of frames) node = this.child(node, this.names.idOf(frame));
    this.add(node, value, samples);
  }

  parent(node: number): number {
    return this.#parents[node] ?? -1;
  }

  frame(node: number): number {
    return this.#frames[node] ?? -1;
  }

  name(node: number): string {
    return this.names.name(this.frame(node));
  }

  value(node: number): number {
    return this.#values[node] ?? 0;
  }

  count(node: number): number {
    return this.#counts[node] ?? 0;
  }

  /** What ended in a node or in one above it, by node. */
  totals(): Float64Array {
    return this.#sums(this.#values);
  }

  totalCounts(): Float64Array {
    return this.#sums(this.#counts);
  }

  /** The nodes right above each, in the order in which they were met. */
  children(): readonly (readonly number[])[] {
    const all: number[][] = Array.from({ length: this.#size }, () => []);
    for (let node = 1; node < this.#size; node += 1) all[this.parent(node)]?.push(node);
    return all;
  }

  /** The nodes right above each as a chain: the first of them, and after each the next one; 0 ends it. */
  chains(): { readonly first: Int32Array; readonly next: Int32Array } {
    const first = new Int32Array(this.#size);
    const next = new Int32Array(this.#size);
    for (let node = this.#size - 1; node > 0; node -= 1) {
      const parent = this.parent(node);
      next[node] = first[parent] ?? 0;
      first[parent] = node;
    }
    return { first, next };
  }

  #sums(own: Float64Array): Float64Array {
    const sums = own.slice(0, this.#size);
    for (let node = this.#size - 1; node > 0; node -= 1) {
      const parent = this.parent(node);
      sums[parent] = (sums[parent] ?? 0) + (sums[node] ?? 0);
    }
    return sums;
  }

  #next(parent: number, frame: number): number {
    const latest = this.#latest[parent] ?? 0;
    if (latest > 0 && this.#frames[latest] === frame) return latest;
    const node = this.#grow(parent, frame);
    this.#latest[parent] = node;
    return node;
  }

  #grown(parent: number, frame: number, slot: number): number {
    const node = this.#grow(parent, frame);
    this.#slots[slot] = node + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return node;
  }

  #grow(parent: number, frame: number): number {
    const node = this.#size;
    if (node === this.#parents.length) this.#widen();
    this.#parents[node] = parent;
    this.#frames[node] = frame;
    this.#size += 1;
    return node;
  }

  #widen(): void {
    const size = this.#parents.length * 2;
    this.#parents = widened(this.#parents, new Int32Array(size));
    this.#frames = widened(this.#frames, new Int32Array(size));
    this.#values = widened(this.#values, new Float64Array(size));
    this.#counts = widened(this.#counts, new Float64Array(size));
    if (this.isInOrder) this.#latest = widened(this.#latest, new Int32Array(size));
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let node = 1; node < this.#size; node += 1) {
      let slot = (Math.imul(this.parent(node), 0x9e3779b1) ^ Math.imul(this.frame(node), 0x85ebca6b)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node + 1;
    }
    this.#slots = slots;
  }
}

const widened = <Numbers extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  from: Numbers,
  to: Numbers,
): Numbers => {
  to.set(from);
  return to;
};
