/*
 * Whether a text can be read as JSONPath, found before anything is asked with it. The library that follows paths takes every
 * text for one: `$.data[` for `$.data`, `$x` for a path that finds nothing.
 *
 * Source: RFC 9535, section 2, without filters and scripts, which are never run here; and names in brackets without quotes, as
 * the library allows them.
 */

/** What is wrong and where, as a sentence's end: `the [ at character 7 is not closed`. Undefined: nothing. */
export const jsonPathProblem = (path: string): string | undefined => {
  if (!path.startsWith('$')) return 'it does not begin with $';
  let at = 1;
  while (at < path.length) {
    const read = path[at] === '[' ? inBrackets(path, at) : afterDots(path, at);
    if (typeof read === 'string') return read;
    at = read;
  }
  return undefined;
};

/** People count from 1. */
const place = (at: number): string => `at character ${at + 1}`;

/** The others mean something to the library: the parent, a key, a type. A name that has them goes in quotes, in brackets. */
const plainName = /^(?:\*|[^.[\]'"*^~`@()?]+)/;

/** `.name`, `.*`, `..name`, `..*`, and the dots of `..[`. @returns where the next part begins, or what is wrong */
const afterDots = (path: string, at: number): number | string => {
  const dots = /^\.{0,3}/.exec(path.slice(at))?.[0].length ?? 0;
  if (dots === 0) return `${place(at)} . or [ is expected, not ${path.slice(at, at + 1)}`;
  if (dots > 2) return `${place(at)} there are more than two dots`;
  const from = at + dots;
  if (dots === 2 && path[from] === '[') return from;
  const name = plainName.exec(path.slice(from))?.[0] ?? '';
  if (name !== '') return from + name.length;
  return from === path.length
    ? 'it ends with a dot'
    : `${place(from)} a name is expected, not ${path.slice(from, from + 1)}`;
};

/** `['a name']`, `[0]`, `[-1]`, `[*]`, `[1:3]`, `[a]`, and several of them with commas. */
const part =
  /^\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d*:-?\d*(?::-?\d*)?|\*|[^'"[\](),?*^~`@:\s][^'"[\](),?*^~`@:]*)\s*/;

const inBrackets = (path: string, opened: number): number | string => {
  let at = opened + 1;
  for (;;) {
    const rest = path.slice(at);
    if (/^\s*\?/.test(rest)) return `the filter ${place(opened)} is not run: name what is wanted by its place`;
    if (/^\s*\(/.test(rest)) return `the script ${place(opened)} is not run: name what is wanted by its place`;
    const read = part.exec(rest)?.[0];
    if (read === undefined) return unreadPart(path, at, opened);
    at += read.length;
    if (path[at] === ']') return at + 1;
    if (path[at] !== ',') return unreadPart(path, at, opened);
    at += 1;
  }
};

const unreadPart = (path: string, at: number, opened: number): string => {
  const quote = /^\s*(['"])/.exec(path.slice(at))?.[1];
  if (quote !== undefined) return `the ${quote} ${place(path.indexOf(quote, at))} is not closed`;
  if (!path.includes(']', at)) return `the [ ${place(opened)} is not closed`;
  return `the [ ${place(opened)} holds no name, number or *`;
};
