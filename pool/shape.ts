/** Small checks of what came from outside, written by hand: a pool of 10,000 nodes is read in one go. */
import type { JsonObject } from './json.ts';

/** One kind of value: whether it is one, and what it is called in a complaint. */
export interface Kind {
  readonly called: string;
  readonly is: (value: unknown) => boolean;
}

export const text: Kind = { called: 'text', is: (value) => typeof value === 'string' };
export const name: Kind = {
  called: 'text that is not empty',
  is: (value) => typeof value === 'string' && value !== '',
};
/** Milliseconds, or anything else that is finite and not negative. */
export const amount: Kind = {
  called: 'a number of 0 or more',
  is: (value) => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER,
};
export const count: Kind = { called: 'a whole number of 0 or more', is: (value) => isCount(value) };
export const share: Kind = {
  called: 'a number from 0 to 1',
  is: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Whether nothing is wrong with an object: the answer of {@link faultIn}, without the words and in one pass over what the
 * object has. A value that JSON cannot hold, `undefined`, is taken for absent.
 */
export const fitter = (
  required: Readonly<Record<string, Kind>>,
  optional: Readonly<Record<string, Kind>>,
): ((object: JsonObject) => boolean) => {
  const kinds = new Map(
    [...Object.entries(optional), ...Object.entries(required)].map(([key, { is }]) => [
      key,
      { is, counts: Object.hasOwn(required, key) ? 1 : 0 },
    ]),
  );
  const wanted = Object.keys(required).length;
  return (object) => {
    let found = 0;
    for (const key in object) {
      const value = object[key];
      const kind = value === undefined ? undefined : kinds.get(key);
      if (kind === undefined) continue;
      if (!kind.is(value)) return false;
      found += kind.counts;
    }
    return found === wanted;
  };
};

/** What is wrong with an object, in words; undefined where nothing is. An optional key may be absent, never null. */
export const faultIn = (
  object: JsonObject,
  required: Readonly<Record<string, Kind>>,
  optional: Readonly<Record<string, Kind>> = {},
): string | undefined => {
  for (const key in required) {
    const kind = required[key];
    if (kind !== undefined && !kind.is(object[key])) return `${key} is not ${kind.called}`;
  }
  for (const key in optional) {
    const kind = optional[key];
    if (kind !== undefined && object[key] !== undefined && !kind.is(object[key])) return `${key} is not ${kind.called}`;
  }
  return undefined;
};
