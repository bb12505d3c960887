/** Causes that were told lately: more of them are not kept apart, the oldest is told again. */
const causesKept = 20;

export const noCauses: ReadonlySet<string> = new Set();

export const withCause = (told: ReadonlySet<string>, cause: string): ReadonlySet<string> =>
  new Set([...told, cause].slice(-causesKept));
