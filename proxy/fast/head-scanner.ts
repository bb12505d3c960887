/*
 * One pass over the bytes of a message's head: what may go on as it is, goes on as one piece of text.
 *
 * It takes less than RFC 9112 allows and never more: lines end in CRLF, names are tokens that a colon follows at
 * once, values are visible characters, spaces and tabs. Blanks around a value other than one space before it are only
 * taken where nobody else could read the message, and are left out of what goes on.
 *
 * INVARIANTS
 * - `kept` and what stands between `keepFrom` and the line under scan are all lines that go on, in order.
 * - What a scan found stands until the next one begins.
 */

/** Only where all bytes of the head were understood, and its end seen, is it `head`. */
export type Verdict = 'head' | 'more' | 'odd';

const cr = 13;
const lf = 10;
const space = 32;
const tab = 9;
const colon = 58;

/** What a kind of message may look like: what does not is for somebody else, or is refused. */
export interface Latitude {
  /** More header lines than this are for those who count them. */
  readonly mostLines: number;
  /** Any blanks may stand around a value (RFC 9110, 5.5), not only one space before it. */
  readonly anyBlanks: boolean;
}

const tableOf = (isIn: (code: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, code) => (isIn(code) ? 1 : 0));

/** RFC 9110, 5.6.2. */
const token = tableOf((code) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(code)));
export const isToken = (byte: number): boolean => token[byte] === 1;
/** RFC 9110, 5.5, with the bytes above 127 that it calls obsolete and Node passes on. */
const text = tableOf((code) => code === tab || (code >= space && code !== 127));

/** Names have their places by length and first letter: all others are told apart by one look. */
const keyOf = (length: number, first: number): number => (length << 5) | (first & 31);
const longestName = 32;

/** The name in each place; empty: nobody looks for one. */
export type Names = readonly string[];

/**
 * @param names in lower case, of 32 letters at most
 * @throws Error where two want the same place
 */
export const namesOf = (names: readonly string[]): Names => {
  const places = new Array<string>((longestName + 1) << 5).fill('');
  for (const name of names) {
    const key = keyOf(name.length, name.charCodeAt(0));
    if (places[key] !== '') throw new Error(`${name} and ${places[key]} have the same length and first letter`);
    places[key] = name;
  }
  return places;
};

/** What becomes of one header line. */
export type Fate = 'keep' | 'drop' | 'odd';

export abstract class HeadScanner {
  /** Where the body begins. */
  end = 0;
  /** What was not understood, for the log and for tests. */
  why = '';
  /** Lines that go on, each with its CRLF. */
  protected kept = '';
  protected keepFrom = 0;
  readonly #names: Names;
  readonly #latitude: Latitude;

  constructor(names: Names, latitude: Latitude) {
    this.#names = names;
    this.#latitude = latitude;
  }

  /** What to do with a header of one of the names, whose value stands between `from` and `to`, without blanks around. */
  protected abstract named(name: string, bytes: Buffer, from: number, to: number): Fate;

  /** What to do with a header that is as long as one of the names and begins like it. @param name in lower case */
  protected abstract unlisted(name: string): Fate;

  /** Scans header lines from `at` to the empty line. */
  protected headers(bytes: Buffer, start: number, to: number): Verdict {
    let at = start;
    for (let lines = 0; lines <= this.#latitude.mostLines; lines += 1) {
      if (at >= to) return 'more';
      if (at + 1 === to && bytes[at] === cr) return 'more';
      if (bytes[at] === cr) return bytes[at + 1] === lf ? this.#ended(bytes, at) : this.odd('a lone CR');
      const nameEnd = endOf(token, bytes, at, to);
      if (nameEnd === to) return 'more';
      if (nameEnd === at || bytes[nameEnd] !== colon) return this.odd('a header name that is none');
      const value = bytes[nameEnd + 1] === space ? nameEnd + 2 : nameEnd + 1;
      const valueEnd = endOf(text, bytes, value, to);
      if (valueEnd + 1 >= to) return 'more';
      if (bytes[valueEnd] !== cr || bytes[valueEnd + 1] !== lf) return this.odd('a header value with odd bytes');
      const isTidy = valueEnd === value || !(isBlank(bytes[value]) || isBlank(bytes[valueEnd - 1]));
      if (!isTidy && !this.#latitude.anyBlanks) return this.odd('odd spaces');
      const listed = this.#listed(bytes[at] ?? 0, nameEnd - at);
      if (listed !== '' && !this.#judge(listed, bytes, at, nameEnd, value, valueEnd)) return 'odd';
      if (!isTidy) this.#tidy(bytes, at, nameEnd, valueEnd);
      at = valueEnd + 2;
    }
    return this.odd('too many headers');
  }

  protected odd(why: string): 'odd' {
    this.why = why;
    return 'odd';
  }

  #listed(first: number, length: number): string {
    return length <= longestName ? (this.#names[keyOf(length, first)] ?? '') : '';
  }

  /** Texts are only made where somebody wants them: most headers are known by their bytes. */
  #judge(listed: string, bytes: Buffer, at: number, nameEnd: number, value: number, valueEnd: number): boolean {
    const fate = isWord(bytes, at, nameEnd, listed)
      ? this.named(listed, bytes, afterBlanks(bytes, value, valueEnd), beforeBlanks(bytes, value, valueEnd))
      : this.unlisted(textOf(bytes, at, nameEnd).toLowerCase());
    if (fate === 'drop') {
      this.#keepUntil(bytes, at);
      this.keepFrom = valueEnd + 2;
    }
    return fate !== 'odd';
  }

  /** The line goes on without the blanks around its value, unless it was dropped. */
  #tidy(bytes: Buffer, at: number, nameEnd: number, valueEnd: number): void {
    if (this.keepFrom > at) return;
    this.#keepUntil(bytes, nameEnd);
    const from = afterBlanks(bytes, nameEnd + 1, valueEnd);
    this.kept += `: ${textOf(bytes, from, beforeBlanks(bytes, from, valueEnd))}\r\n`;
    this.keepFrom = valueEnd + 2;
  }

  #keepUntil(bytes: Buffer, at: number): void {
    if (at > this.keepFrom) this.kept += textOf(bytes, this.keepFrom, at);
  }

  #ended(bytes: Buffer, at: number): 'head' {
    this.#keepUntil(bytes, at);
    this.end = at + 2;
    return 'head';
  }
}

const endOf = (table: Uint8Array, bytes: Buffer, from: number, to: number): number => {
  let at = from;
  while (at < to && table[bytes[at] ?? 0] === 1) at += 1;
  return at;
};

/** Spaces and tabs only: 160, which `trim` takes for a blank, is a letter of a value here. */
const afterBlanks = (bytes: Buffer, from: number, to: number): number => {
  let at = from;
  while (at < to && isBlank(bytes[at])) at += 1;
  return at;
};
const beforeBlanks = (bytes: Buffer, from: number, to: number): number => {
  let at = to;
  while (at > from && isBlank(bytes[at - 1])) at -= 1;
  return at;
};

const isBlank = (byte: number | undefined): boolean => byte === space || byte === tab;

export const textOf = (bytes: Buffer, from: number, to: number): string => bytes.toString('latin1', from, to);

/** Do these very bytes stand there? @param text ASCII */
export const isAt = (bytes: Buffer, from: number, to: number, text: string): boolean => {
  if (to - from < text.length) return false;
  for (let at = 0; at < text.length; at += 1) if (bytes[from + at] !== text.charCodeAt(at)) return false;
  return true;
};

/**
 * Is all between `from` and `to` this word, in whatever case?
 *
 * @param bytes without control characters there
 * @param word lower case letters, digits and `-`
 */
export const isWord = (bytes: Buffer, from: number, to: number, word: string): boolean => {
  if (to - from !== word.length) return false;
  for (let at = 0; at < word.length; at += 1) if (((bytes[from + at] ?? 0) | 32) !== word.charCodeAt(at)) return false;
  return true;
};

const mostDigits = 15;

/** The value of a Content-Length, or -1: digits without a leading zero, at most 15 of them. */
export const lengthIn = (bytes: Buffer, from: number, to: number): number => {
  const digits = to - from;
  if (digits < 1 || digits > mostDigits || (digits > 1 && bytes[from] === 48)) return -1;
  let length = 0;
  for (let at = from; at < to; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
};
