/*
 * The head of a request, read as narrowly as can be. What is `odd` is not wrong: others read it, who can say why not.
 *
 * INVARIANTS
 * - A head that is accepted has one Host that is a host, and says once or not at all where its body ends.
 * - Whatever switches protocols, waits to be told to go on, nominates headers or speaks another version is odd.
 */
import { isLookAlike } from '../headers/look-alike.ts';
import { isHost } from '../headers/request.ts';
import { type Fate, HeadScanner, isAt, isWord, lengthIn, namesOf, textOf, type Verdict } from './head-scanner.ts';

const names = namesOf([
  ...['host', 'content-length', 'transfer-encoding', 'connection', 'expect', 'upgrade', 'trailer', 'http2-settings'],
  ...['te', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'proxy-authenticate'],
  ...['via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'],
]);

/** Each with the space behind it. */
const methods = ['GET ', 'POST ', 'HEAD ', 'PUT ', 'DELETE ', 'PATCH ', 'OPTIONS '];
const nameOf: Readonly<Record<string, string>> = Object.fromEntries(
  methods.map((method) => [method, method.trimEnd()]),
);
const chunked = 'chunked';
const slash = 47;
const version = ' HTTP/1.1\r\n';
const longestMethod = 8;

export class RequestScanner extends HeadScanner {
  method = '';
  /** Origin form. */
  target = '';
  host = '';
  /** Bytes of the body. */
  length = 0;
  isChunked = false;
  /** Says itself where its body ends, if only that there is none. */
  isFramed = false;
  wantsClose = false;
  /** What peers before said, joined; empty: nothing. */
  via = '';
  forwardedFor = '';
  forwardedHost = '';
  forwardedProto = '';
  readonly #most: number;
  #targetLength = 0;
  #knownHost = '';

  /** @param most bytes of a head */
  constructor(most: number) {
    super(names, { mostLines: 200, anyBlanks: false });
    this.#most = most;
  }

  /** The request line and the headers that go on, each with its CRLF. */
  get lines(): string {
    return this.kept;
  }

  /** Reads the head that begins at `from`; what was found is in the fields where it is `head`. */
  scan(bytes: Buffer, from: number, to: number): Verdict {
    this.#begin(from);
    const until = Math.min(to, from + this.#most);
    const line = this.#requestLine(bytes, from, until);
    const verdict = typeof line === 'number' ? this.headers(bytes, line, until) : line;
    if (verdict === 'more' && until < to) return this.odd('a long head');
    return verdict === 'head' ? this.#whole() : verdict;
  }

  #begin(from: number): void {
    this.kept = '';
    this.keepFrom = from;
    this.host = '';
    this.length = 0;
    this.isChunked = false;
    this.isFramed = false;
    this.wantsClose = false;
    this.via = '';
    this.forwardedFor = '';
    this.forwardedHost = '';
    this.forwardedProto = '';
  }

  /** Returns where the headers begin. */
  #requestLine(bytes: Buffer, from: number, to: number): number | Verdict {
    const method = methodAt(bytes, from, to);
    if (method === '') return to - from >= longestMethod ? this.odd('the method') : this.#beginning(bytes, from, to);
    const target = from + method.length;
    let at = target;
    while (at < to && isOfTarget(bytes[at] ?? 0)) at += 1;
    if (at + version.length > to) return version.startsWith(textOf(bytes, at, to)) ? 'more' : this.odd('the target');
    if (bytes[target] !== slash || !isAt(bytes, at, to, version)) return this.odd('the target');
    this.method = nameOf[method] ?? '';
    this.#targetLength = at - target;
    return at + version.length;
  }

  #beginning(bytes: Buffer, from: number, to: number): Verdict {
    const begins = textOf(bytes, from, to);
    return methods.some((known) => known.startsWith(begins)) ? 'more' : this.odd('the method');
  }

  protected override named(name: string, bytes: Buffer, from: number, to: number): Fate {
    switch (name) {
      case 'host':
        return this.#hosted(bytes, from, to);
      case 'content-length':
        return this.#framed(lengthIn(bytes, from, to), false);
      case 'transfer-encoding':
        return this.#framed(isAt(bytes, from, to, chunked) && to - from === chunked.length ? 0 : -1, true);
      case 'connection':
        return this.#connected(bytes, from, to);
      case 'expect':
      case 'upgrade':
      case 'trailer':
      case 'http2-settings':
        return this.odd(name);
      case 'via':
      case 'x-forwarded-for':
      case 'x-forwarded-host':
      case 'x-forwarded-proto':
        return this.#forwarded(name, textOf(bytes, from, to));
      default:
        return 'drop';
    }
  }

  protected override unlisted(name: string): Fate {
    return isLookAlike(name) ? 'drop' : 'keep';
  }

  #forwarded(name: 'via' | 'x-forwarded-for' | 'x-forwarded-host' | 'x-forwarded-proto', value: string): Fate {
    if (value === '') return this.odd('an empty header');
    switch (name) {
      case 'via':
        this.via = joined(this.via, value);
        return 'drop';
      case 'x-forwarded-for':
        this.forwardedFor = joined(this.forwardedFor, value);
        return 'drop';
      case 'x-forwarded-host':
        if (this.forwardedHost !== '') return this.odd('a header twice');
        this.forwardedHost = value;
        return 'drop';
      case 'x-forwarded-proto':
        if (this.forwardedProto !== '') return this.odd('a header twice');
        this.forwardedProto = value;
        return 'drop';
    }
  }

  /** Most requests on a connection are for the same host as the one before. */
  #hosted(bytes: Buffer, from: number, to: number): Fate {
    if (this.host !== '' || from === to) return this.odd('host');
    if (to - from !== this.#knownHost.length || !isAt(bytes, from, to, this.#knownHost)) {
      const host = textOf(bytes, from, to);
      if (!isHost(host)) return this.odd('host');
      this.#knownHost = host;
    }
    this.host = this.#knownHost;
    return 'keep';
  }

  #framed(length: number, isChunked: boolean): Fate {
    if (this.isFramed || length < 0) return this.odd('the length');
    this.isFramed = true;
    this.length = length;
    this.isChunked = isChunked;
    return 'keep';
  }

  #connected(bytes: Buffer, from: number, to: number): Fate {
    if (isWord(bytes, from, to, 'keep-alive')) return 'drop';
    if (!isWord(bytes, from, to, 'close')) return this.odd('connection');
    this.wantsClose = true;
    return 'drop';
  }

  /** The target is cut out of the text that goes on: that costs less than to make one of the bytes. */
  #whole(): Verdict {
    if (this.host === '') return this.odd('no host');
    const from = this.method.length + 1;
    this.target = this.kept.slice(from, from + this.#targetLength);
    return 'head';
  }
}

/** The method that the request line begins with, and the space behind it; empty: none of those that are known. */
const methodAt = (bytes: Buffer, from: number, to: number): string => {
  for (const method of methods) if (isAt(bytes, from, to, method)) return method;
  return '';
};

/** Visible ASCII without `#`, which no request target has. */
const isOfTarget = (byte: number): boolean => byte > 32 && byte < 127 && byte !== 35;

const joined = (before: string, value: string): string => (before === '' ? value : `${before}, ${value}`);
