/** JSON as it goes in and out of Redis. What comes in may be anything; what goes out Lua's decoder can read as well. */

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object that a text holds; undefined where it holds none. */
export const readObject = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The JSON of a value. Half a surrogate pair, which JSON.stringify writes as an escape that Lua's cjson refuses, is
 * replaced by U+FFFD: one bad character in a reason must not make a record unreadable to the commit script.
 */
export const toJson = (value: object): string => {
  const text = JSON.stringify(value);
  return text.includes('\\ud')
    ? text.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (found) => (found.startsWith('\\ud') ? '\ufffd' : found))
    : text;
};
