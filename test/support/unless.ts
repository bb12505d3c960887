import { describe, test } from '@jest/globals';

/** `test`, or, where this machine lacks something, a skipped test whose name tells the reason at the end of the run. */
export const testUnless = (
  reason: string | undefined,
): ((name: string, body: () => Promise<void> | void, withinMs?: number) => void) =>
  reason === undefined
    ? (name, body, withinMs) => test(name, body, withinMs)
    : (name, body) => test.skip(`${name} (skipped: ${reason})`, body);

/** The same of `describe`. */
export const describeUnless = (reason: string | undefined): ((name: string, body: () => void) => void) =>
  reason === undefined
    ? (name, body) => describe(name, body)
    : (name, body) => describe.skip(`${name} (skipped: ${reason})`, body);
