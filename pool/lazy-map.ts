/** A map whose values are made when they are asked for. */
export abstract class LazyMap<T> implements ReadonlyMap<string, T> {
  abstract readonly size: number;
  abstract get(name: string): T | undefined;
  abstract has(name: string): boolean;
  abstract keys(): MapIterator<string>;

  *entries(): MapIterator<[string, T]> {
    for (const name of this.keys()) {
      const value = this.get(name);
      if (value !== undefined) yield [name, value];
    }
  }

  *values(): MapIterator<T> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }

  forEach(use: (value: T, name: string, all: ReadonlyMap<string, T>) => void): void {
    for (const [name, value] of this) use(value, name, this);
  }
}
