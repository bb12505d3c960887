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

/** Where names of these lengths and first letters are marked: all others are told apart by one look. */
const keyOf = (length: number, first: number): number => (length << 5) | (first & 31);
const longestName = 32;

export type Names = Uint8Array;

/** @param names in lower case, of 32 letters at most */
export const namesOf = (names: readonly string[]): Names => {
  const marked = new Uint8Array((longestName + 1) << 5);
  for (const name of names) marked[keyOf(name.length, name.charCodeAt(0))] = 1;
  return marked;
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

  /** What to do with a header of one of the names. */
  protected abstract named(name: string, value: string): Fate;

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
      const isNamed = this.#isNamed(bytes[at] ?? 0, nameEnd - at);
      if (isNamed && !this.#judge(bytes, at, nameEnd, value, valueEnd)) return 'odd';
      if (!isTidy) this.#tidy(bytes, at, nameEnd, valueEnd);
      at = valueEnd + 2;
    }
    return this.odd('too many headers');
  }

  protected odd(why: string): 'odd' {
    this.why = why;
    return 'odd';
  }

  #isNamed(first: number, length: number): boolean {
    return length <= longestName && this.#names[keyOf(length, first)] === 1;
  }

  #judge(bytes: Buffer, at: number, nameEnd: number, value: number, valueEnd: number): boolean {
    const fate = this.named(
      bytes.toString('latin1', at, nameEnd).toLowerCase(),
      withoutBlanks(bytes.toString('latin1', value, valueEnd)),
    );
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
    this.kept += `: ${withoutBlanks(bytes.toString('latin1', nameEnd + 1, valueEnd))}\r\n`;
    this.keepFrom = valueEnd + 2;
  }

  #keepUntil(bytes: Buffer, at: number): void {
    if (at > this.keepFrom) this.kept += bytes.toString('latin1', this.keepFrom, at);
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
const withoutBlanks = (value: string): string => value.replace(/^[ \t]+|[ \t]+$/g, '');

const isBlank = (byte: number | undefined): boolean => byte === space || byte === tab;

/** The value of a Content-Length, or -1: digits without a leading zero, at most 15 of them. */
export const lengthIn = (value: string): number => (/^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : -1);
