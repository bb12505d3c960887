import { frozen } from './frozen.ts';

/** Reads a text that is kept under a name. */
export type ReadNamed<T> = (name: string, text: string) => T;

/**
 * The same reading, made once for as long as a name has the same text: a pool is read over and over, and little of it
 * changes in between. What is handed out is frozen, since several hold it. At most `most` names are remembered.
 */
export const remembered = <T>(read: ReadNamed<T>, most: number): ReadNamed<T> => {
  const known = new Map<string, { readonly text: string; readonly value: T }>();
  return (name, text) => {
    const before = known.get(name);
    if (before?.text === text) return before.value;
    const value = frozen(read(name, text));
    if (before === undefined && known.size >= most) known.clear();
    known.set(name, { text, value });
    return value;
  };
};

/**
 * The same reading, each text read once for as long as it stays: what it returns begins the next pass over all there is,
 * and remembers what the pass before it had, and nothing older. So it holds what one pass holds, and no more. What a
 * further pass hands out again is frozen; whoever makes one pass only pays for nothing.
 */
export const rememberedFromPassToPass = <T>(read: ReadNamed<T>): (() => ReadNamed<T>) => {
  let last: ReadonlyMap<string, { readonly text: string; readonly value: T }> = new Map();
  return () => {
    const before = last;
    const now = new Map<string, { readonly text: string; readonly value: T }>();
    last = now;
    return (name, text) => {
      const known = before.get(name);
      const one = known?.text === text ? { text, value: frozen(known.value) } : { text, value: read(name, text) };
      now.set(name, one);
      return one.value;
    };
  };
};
