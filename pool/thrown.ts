/**
 * What was thrown, in words and by its code. An error is known by what it has and not by its class: one of Node's own
 * is of another realm's class where code runs in a context of its own.
 */

/** The message of an error; whatever else was thrown as text. */
export const messageOf = (thrown: unknown): string => {
  const message = property(thrown, 'message');
  return typeof message === 'string' && message !== '' ? message : String(thrown);
};

/** The code of an error, like `ENOENT`; undefined where it has none. */
export const codeOf = (thrown: unknown): string | undefined => {
  const code = property(thrown, 'code');
  return typeof code === 'string' ? code : undefined;
};

const property = (thrown: unknown, name: string): unknown =>
  typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;
