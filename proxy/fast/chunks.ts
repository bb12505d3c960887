/*
 * Follows a body in chunks (RFC 9112, 7.1) without taking it apart, whatever the pieces it comes in.
 *
 * INVARIANTS
 * - What goes on is canonical: sizes, data and the last chunk, without extensions and trailers.
 * - A size is hexadecimal digits alone, at most 13 of them; lines end in CRLF; trailers are header lines, none of which
 *   says where a message ends or what becomes of the connection. All else is `bad`.
 */

import { lineReasons, reasons } from '../headers/reasons.ts';
import { type ExtensionAt, nextInExtension } from './chunk-extension.ts';
import { isToken } from './head-scanner.ts';

export type Progress = 'more' | 'end' | 'bad';

const cr = 13;
const lf = 10;
const tab = 9;
const colon = 58;
const semicolon = 59;

/** To Node these mean something also where they come last. */
const notInTrailers: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'proxy-connection',
  'upgrade',
]);
const longestName = 20;

/** Digits of a size: what fits exactly into a number of JavaScript. */
const mostDigits = 13;
/** Bytes of extensions and trailers in one body. */
const mostAside = 16_384;

type State =
  | 'size'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'trailer'
  | 'trailer-name'
  | 'trailer-line'
  | 'trailer-lf'
  | 'last-lf';

type Fate = 'pass' | 'skip' | 'end' | 'bad';

const line = lineReasons('trailer');

export class ChunkScanner {
  /** Flat list of what goes on of the bytes fed last: from, to, from, to. */
  readonly passed: number[] = [];
  /** Where the body ended in the bytes fed last, once it has. */
  end = 0;
  /** What is wrong, once it is `bad`. */
  why: string = reasons.chunkSize;
  /** Bytes of data so far. */
  dataBytes = 0;
  #state: State = 'size';
  #extension: ExtensionAt = 'name';
  #size = 0;
  #digits = 0;
  #aside = 0;
  #name = '';

  /** Before the first byte of a body. */
  begin(): void {
    this.#state = 'size';
    this.#size = 0;
    this.#digits = 0;
    this.#aside = 0;
    this.#name = '';
    this.dataBytes = 0;
  }

  /** Reads the bytes from `from` to `to`; nothing may be fed after `end` or `bad`. */
  feed(bytes: Buffer, from: number, to: number): Progress {
    this.passed.length = 0;
    let run = from;
    let at = from;
    while (at < to) {
      if (this.#state === 'data') {
        at += this.#data(to - at);
        continue;
      }
      const fate = this.#byte(bytes[at] ?? 0);
      if (fate === 'bad') return 'bad';
      if (fate === 'skip') {
        this.#pass(run, at);
        run = at + 1;
      }
      at += 1;
      if (fate === 'end') return this.#ended(run, at);
    }
    this.#pass(run, at);
    return 'more';
  }

  #ended(run: number, at: number): 'end' {
    this.#pass(run, at);
    this.end = at;
    return 'end';
  }

  #pass(from: number, to: number): void {
    if (from < to) this.passed.push(from, to);
  }

  #data(there: number): number {
    const step = Math.min(this.#size, there);
    this.#size -= step;
    this.dataBytes += step;
    if (this.#size === 0) this.#state = 'data-cr';
    return step;
  }

  #byte(byte: number): Fate {
    switch (this.#state) {
      case 'size':
        return this.#inSize(byte);
      case 'extension':
        return this.#inExtension(byte);
      case 'size-lf':
        if (byte !== lf) return this.#bad(reasons.chunkSizeEnd);
        return this.#to(this.#size === 0 ? 'trailer' : 'data');
      case 'data-cr':
        return byte === cr ? this.#to('data-lf') : this.#bad(reasons.chunkEnd);
      case 'data-lf':
        if (byte !== lf) return this.#bad(reasons.chunkEnd);
        this.#digits = 0;
        return this.#to('size');
      case 'trailer':
        if (byte === cr) return this.#to('last-lf');
        if (isBlank(byte) && this.#name !== '') return this.#bad(line.folded);
        this.#name = '';
        this.#state = 'trailer-name';
        return this.#inName(byte);
      case 'trailer-name':
        return this.#inName(byte);
      case 'trailer-line':
        if (byte === cr) this.#state = 'trailer-lf';
        if (byte === cr || isText(byte)) return this.#skip();
        return this.#bad(byte === lf ? line.lineEnd : line.value);
      case 'trailer-lf':
        this.#state = 'trailer';
        return byte === lf ? this.#skip() : this.#bad(line.lineEnd);
      case 'last-lf':
        return byte === lf ? 'end' : this.#bad(reasons.trailersEnd);
      case 'data':
        return 'bad';
    }
  }

  #inSize(byte: number): Fate {
    const digit = digitOf(byte);
    if (digit >= 0) {
      this.#digits += 1;
      this.#size = this.#size * 16 + digit;
      return this.#digits > mostDigits ? this.#bad(reasons.chunkSizeTooLarge) : 'pass';
    }
    if (this.#digits === 0) return this.#bad(reasons.chunkSize);
    if (byte === cr) return this.#to('size-lf');
    if (byte !== semicolon) return this.#bad(byte === lf ? reasons.chunkSizeEnd : reasons.chunkSize);
    this.#state = 'extension';
    this.#extension = 'name';
    return this.#skip();
  }

  #inExtension(byte: number): Fate {
    const next = nextInExtension(this.#extension, byte);
    if (next === 'bad') return this.#bad(reasons.chunkExtension);
    if (next === 'end') return this.#to('size-lf');
    this.#extension = next;
    return this.#skip();
  }

  #inName(byte: number): Fate {
    if (byte === colon) {
      if (this.#name === '') return this.#bad(line.name);
      if (notInTrailers.has(this.#name)) return this.#bad(reasons.trailerNotAllowed);
      this.#state = 'trailer-line';
    } else if (!isToken(byte)) return this.#bad(line.name);
    // Longer ones are none of those that are looked for.
    else if (this.#name.length < longestName) this.#name += String.fromCharCode(byte).toLowerCase();
    return this.#skip();
  }

  #to(state: State): 'pass' {
    this.#state = state;
    return 'pass';
  }

  #skip(): Fate {
    this.#aside += 1;
    if (this.#aside <= mostAside) return 'skip';
    const isInTrailers = this.#state !== 'extension';
    return this.#bad(isInTrailers ? reasons.trailersTooLarge : reasons.chunkExtensionsTooLarge);
  }

  #bad(why: string): 'bad' {
    this.why = why;
    return 'bad';
  }
}

const digitOf = (byte: number): number => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

const isBlank = (byte: number): boolean => byte === tab || byte === 32;

const isText = (byte: number): boolean => byte === tab || (byte >= 32 && byte !== 127);
