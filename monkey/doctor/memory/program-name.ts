/*
 * What to call a process whose own name tells nothing. The same for whoever reads processes: an agent at its node, and a
 * collector over SSH.
 */

/** Newer versions of Node call their main thread, and so their process, like this. */
export const namelessCommand = 'MainThread';

/** Of the first argument so many bytes are read: it may be of any length, and a path to a program seldom is longer. */
export const argumentBytesMost = 99;

/**
 * The program's name in its first argument, which is how it was called: `node` of `/usr/bin/node`. Everybody may read that,
 * unlike where the program's file is. Undefined: it tells nothing, or may have been cut.
 *
 * @param argument the first argument, of which no more than `argumentBytesMost` bytes were read
 */
export const programIn = (argument: string): string | undefined => {
  // A letter that is no ASCII has several bytes, of which the last may be missing: too long is what may be too long.
  if (new TextEncoder().encode(argument).length >= argumentBytesMost) return undefined;
  const name = argument.slice(argument.lastIndexOf('/') + 1).trim();
  return name === '' ? undefined : name;
};
