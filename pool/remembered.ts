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
