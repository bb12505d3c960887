/*
 * The head of a request, read as narrowly as can be. What is `odd` is not wrong: others read it, who can say why not.
 *
 * INVARIANTS
 * - A head that is accepted has one Host that is a host, and says once or not at all where its body ends.
 * - Whatever switches protocols, waits to be told to go on, nominates headers or speaks another version is odd.
 */
import { isLookAlike } from '../headers/look-alike.ts';
import { isHost } from '../headers/request.ts';
import { type Fate, HeadScanner, lengthIn, namesOf, type Verdict } from './head-scanner.ts';

const names = namesOf([
  ...['host', 'content-length', 'transfer-encoding', 'connection', 'expect', 'upgrade', 'trailer', 'http2-settings'],
  ...['te', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'proxy-authenticate'],
  ...['via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'],
]);

const methods = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
const version = ' HTTP/1.1\r\n';
const longestMethod = 7;

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
    const begins = bytes.toString('latin1', from, Math.min(to, from + longestMethod + 1));
    const method = methods.find((known) => begins.startsWith(known) && begins.charCodeAt(known.length) === 32);
    if (method === undefined) return to - from > longestMethod ? this.odd('the method') : this.#beginning(begins);
    const target = from + method.length + 1;
    let at = target;
    while (at < to && isOfTarget(bytes[at] ?? 0)) at += 1;
    if (at + version.length > to)
      return version.startsWith(bytes.toString('latin1', at, to)) ? 'more' : this.odd('the target');
    if (bytes[target] !== 47 || bytes.toString('latin1', at, at + version.length) !== version)
      return this.odd('the target');
    this.method = method;
    this.target = bytes.toString('latin1', target, at);
    return at + version.length;
  }

  #beginning(begins: string): Verdict {
    return methods.some((known) => `${known} `.startsWith(begins)) ? 'more' : this.odd('the method');
  }

  protected override named(name: string, value: string): Fate {
    switch (name) {
      case 'host':
        return this.#hosted(value);
      case 'content-length':
        return this.#framed(lengthIn(value), false);
      case 'transfer-encoding':
        return this.#framed(value === 'chunked' ? 0 : -1, true);
      case 'connection':
        return this.#connected(value.toLowerCase());
      case 'expect':
      case 'upgrade':
      case 'trailer':
      case 'http2-settings':
        return this.odd(name);
      case 'te':
      case 'keep-alive':
      case 'proxy-connection':
      case 'proxy-authorization':
      case 'proxy-authenticate':
        return 'drop';
      case 'via':
        if (value === '') return this.odd('an empty header');
        this.via = joined(this.via, value);
        return 'drop';
      case 'x-forwarded-for':
        if (value === '') return this.odd('an empty header');
        this.forwardedFor = joined(this.forwardedFor, value);
        return 'drop';
      case 'x-forwarded-host':
        return this.#once(this.forwardedHost, value, () => (this.forwardedHost = value));
      case 'x-forwarded-proto':
        return this.#once(this.forwardedProto, value, () => (this.forwardedProto = value));
      default:
        return isLookAlike(name) ? 'drop' : 'keep';
    }
  }

  #hosted(value: string): Fate {
    if (this.host !== '' || value === '') return this.odd('host');
    if (value !== this.#knownHost && !isHost(value)) return this.odd('host');
    this.host = value;
    this.#knownHost = value;
    return 'keep';
  }

  #framed(length: number, isChunked: boolean): Fate {
    if (this.isFramed || length < 0) return this.odd('the length');
    this.isFramed = true;
    this.length = length;
    this.isChunked = isChunked;
    return 'keep';
  }

  #connected(value: string): Fate {
    if (value === 'close') this.wantsClose = true;
    return value === 'close' || value === 'keep-alive' ? 'drop' : this.odd('connection');
  }

  #once(before: string, value: string, take: () => void): Fate {
    if (before !== '' || value === '') return this.odd('a header twice or empty');
    take();
    return 'drop';
  }

  #whole(): Verdict {
    return this.host === '' ? this.odd('no host') : 'head';
  }
}

/** Visible ASCII without `#`, which no request target has. */
const isOfTarget = (byte: number): boolean => byte > 32 && byte < 127 && byte !== 35;

const joined = (before: string, value: string): string => (before === '' ? value : `${before}, ${value}`);
