/*
 * Texts as Redis has sent them, in one text that nobody has cut yet. To cut a pool of 10,000 nodes, and to look at each
 * piece, is what a process that has just begun spends most of its time on: its code runs step by step, and is compiled
 * only by the time it is done. What a pattern does to all pieces is one step.
 *
 * INVARIANTS
 * - Where the whole begins and ends, and how many texts it holds, was found by lengths.
 * - Where texts end a pattern knows by line breaks. That is right if no text holds one: then there are as many as texts
 *   bring with them. All are accounted for, or nothing is fitted.
 */

/** `wire` has a character for each byte: `$LENGTH`, a line break, the text, and a line break, for each text. */
export interface Uncut {
  readonly kind: 'uncut';
  readonly count: number;
  readonly wire: string;
}

export const isUncut = (value: unknown): value is Uncut =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'uncut';

const lineBreak = '\r\n';

/**
 * The value of a name, found without cutting: for one or a few of many. It is the text after the name that begins as
 * told; nobody but a value may begin like that, and no text may hold a line break.
 */
export const valueBeginning = ({ wire }: Uncut, name: string, beginning: string): string | undefined => {
  const named = `${lineBreak}${name}${lineBreak}`;
  for (let found = wire.indexOf(named); found >= 0; found = wire.indexOf(named, found + 1)) {
    const value = textAt(wire, found + named.length)?.text;
    if (value?.startsWith(beginning) === true) return fromUtf8(value);
  }
  return undefined;
};

/** The texts themselves. */
export const cut = ({ wire, count }: Omit<Uncut, 'kind'>): readonly string[] => {
  const pieces = wire.split(lineBreak);
  const texts = pieces.length === 2 * count + 1 ? everySecond(pieces) : cutByLengths({ wire, count });
  return beyondAscii.test(wire) ? texts.map(fromUtf8) : texts;
};

const everySecond = (pieces: readonly string[]): readonly string[] => {
  const texts: string[] = [];
  for (let at = 1; at < pieces.length; at += 2) texts.push(pieces[at] ?? '');
  return texts;
};

const cutByLengths = ({ wire, count }: Omit<Uncut, 'kind'>): readonly string[] => {
  const texts: string[] = [];
  let at = 0;
  while (texts.length < count) {
    const header = wire.indexOf(lineBreak, at);
    const begin = header + lineBreak.length;
    const end = begin + Number(wire.slice(at + 1, header));
    texts.push(wire.slice(begin, end));
    at = end + lineBreak.length;
  }
  return texts;
};

const beyondAscii = /[\x80-\xff]/;
const fromUtf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** Pairs of a kind, as a pattern, and what is kept of each. */
export interface Shape {
  /** Source of a pattern for the value, with groups from 2 on; it fits no line break. `\\1` in it is the name. */
  readonly value: string;
  /** What is kept, JSON followed by a comma: `$1` is the name, `$2` the first group of the value. No other `$` stands in it. */
  readonly kept: string;
}

/** A stretch of the pairs, in their order. */
export interface Stretch {
  /** What was kept of those that fit. */
  readonly kept: readonly unknown[];
  /** The pair after them that fits nothing; absent: there is none such here. */
  readonly odd?: readonly [name: string, value: string];
}

/** A name that may be put into JSON as it is: printable ASCII without quotes and escapes. */
const name = '[ !#-\\[\\]-~]*';

/**
 * What is kept of texts that are names and values in turn. Undefined: that cannot be said of all of them, they have to be
 * cut.
 *
 * @param each how many JSON values are kept of a pair
 * @param shapeOf is asked about a pair that fits nothing so far; the shape that it names, once each, is tried on it and
 *   on all that follow
 */
export const stretchesOf = (
  { wire, count }: Uncut,
  each: number,
  shapeOf: (name: string, value: string) => Shape | undefined,
): readonly Stretch[] | undefined => {
  const stretches: Stretch[] = [];
  let pairs = 0;
  let rest = wire;
  for (let at = 0; at < rest.length; ) {
    const begin = oddAt(rest, at);
    const kept = keptIn(rest.slice(at, begin));
    pairs += kept.length / each;
    if (begin === rest.length) {
      stretches.push({ kept });
      break;
    }
    const odd = pairAt(rest, begin);
    if (odd === undefined) return undefined;
    const shape = shapeOf(odd.name, odd.value);
    if (shape === undefined) {
      stretches.push({ kept, odd: [odd.name, odd.value] });
      pairs += 1;
      at = odd.end;
    } else {
      if (kept.length > 0) stretches.push({ kept });
      rest = rest.slice(begin).replace(patternOf(shape), shape.kept);
      at = 0;
    }
  }
  return 2 * pairs === count ? stretches : undefined;
};

/** What was kept of all stretches. */
export const keptOf = (stretches: readonly Stretch[]): readonly unknown[] => {
  const [first, ...others] = stretches;
  return first === undefined || others.length === 0
    ? (first?.kept ?? [])
    : first.kept.concat(...others.map(({ kept }) => kept));
};

const patternOf = ({ value }: Shape): RegExp =>
  new RegExp(`\\$\\d+${lineBreak}(${name})${lineBreak}\\$\\d+${lineBreak}${value}${lineBreak}`, 'g');

/** Where the next pair begins that was not fitted; the end of the text: nowhere. What is kept of others has no line break. */
const oddAt = (rest: string, at: number): number => {
  const header = rest.indexOf(lineBreak, at);
  return header < 0 ? rest.length : rest.lastIndexOf('$', header);
};

const keptIn = (json: string): readonly unknown[] =>
  json === '' ? [] : (JSON.parse(`[${json.slice(0, -1)}]`) as readonly unknown[]);

/** Undefined where one of the two is not as long as it says: it holds a line break, or a pattern has fitted a part of it. */
const pairAt = (rest: string, at: number) => {
  const named = textAt(rest, at);
  const valued = named && textAt(rest, named.end);
  return valued && { name: fromUtf8(named.text), value: fromUtf8(valued.text), end: valued.end };
};

const textAt = (rest: string, at: number) => {
  const header = rest.indexOf(lineBreak, at);
  const begin = header + lineBreak.length;
  const end = rest.indexOf(lineBreak, begin);
  return header >= 0 && end >= 0 && rest.slice(at, header) === `$${end - begin}`
    ? { text: rest.slice(begin, end), end: end + lineBreak.length }
    : undefined;
};
