/*
 * The head of a node's answer. What is `odd` here is refused: nobody else can read it any more.
 *
 * INVARIANTS
 * - An answer that is accepted has one framing, by the rules of RFC 9112, 6.3; a coding beside chunked, two lengths,
 *   and a length beside a coding are odd, as they are to Node's own client.
 * - What belongs to the connection to the node alone never goes on.
 */
import { endsHere } from '../headers/hop-by-hop.ts';
import { type Fate, HeadScanner, isAt, isWord, lengthIn, namesOf, textOf, type Verdict } from './head-scanner.ts';

const names = namesOf([
  ...['content-length', 'transfer-encoding', 'connection', 'date', 'keep-alive', 'te', 'trailer', 'upgrade'],
  ...['proxy-connection', 'proxy-authorization', 'proxy-authenticate'],
]);

/** As long as Node's own client allows. */
const mostBytes = 16_384;

/** As many as Node's own client counts. */
const mostLines = 999;

const untilClose = -1;

export class AnswerScanner extends HeadScanner {
  status = 0;
  /** Bytes of the body; -1: chunked or until the node closes. Holds for a request whose answer may have a body. */
  length = 0;
  isChunked = false;
  /** The node keeps its connection. */
  keepsAlive = false;
  hasDate = false;
  #hasLength = false;
  #nominated: string[] = [];
  #isBare = false;
  /** Most answers begin with the same line as the one before. */
  #knownLine = '';
  #knownStatus = 0;

  constructor() {
    super(names, { mostLines, anyBlanks: true });
  }

  /** The status line and the headers that go on, each with its CRLF. */
  get lines(): string {
    return this.#nominated.length === 0 ? this.kept : withoutNominated(this.kept, this.#nominated);
  }

  /** @param isToHead answers to HEAD have no body whatever they say */
  scan(bytes: Buffer, from: number, to: number, isToHead: boolean): Verdict {
    this.#begin(from);
    const until = Math.min(to, from + mostBytes);
    const line = this.#statusLine(bytes, from, until, isToHead);
    const verdict = typeof line === 'number' ? this.headers(bytes, line, until) : line;
    if (verdict === 'more' && until < to) return this.odd('a long head');
    if (verdict === 'head') this.#frame();
    return verdict;
  }

  get isInterim(): boolean {
    return this.status < 200;
  }

  #begin(from: number): void {
    this.kept = '';
    this.keepFrom = from;
    this.length = untilClose;
    this.isChunked = false;
    this.hasDate = false;
    this.#hasLength = false;
    if (this.#nominated.length > 0) this.#nominated = [];
  }

  /** `HTTP/1.1 200 OK`; the reason may be missing, and the space before it. */
  #statusLine(bytes: Buffer, from: number, to: number, isToHead: boolean): number | Verdict {
    if (this.#knownLine === '' || !isAt(bytes, from, to, this.#knownLine)) {
      const end = bytes.indexOf(10, from);
      if (end < 0 || end >= to) return this.#beginning(textOf(bytes, from, Math.min(to, from + 9)));
      const line = textOf(bytes, from, end + 1);
      const status = statusIn(line);
      if (status === undefined) return this.odd('the status line');
      this.#knownLine = line;
      this.#knownStatus = status;
    }
    this.#begun(this.#knownLine, this.#knownStatus, isToHead);
    const end = from + this.#knownLine.length;
    if (this.kept !== '') this.keepFrom = end;
    return end;
  }

  /** What goes on speaks our version, and has the space where a reason could be missing. */
  #begun(line: string, status: number, isToHead: boolean): void {
    const hasSpace = line.charCodeAt(12) === 32;
    this.status = status;
    this.keepsAlive = line.charCodeAt(7) === 49;
    this.#isBare = isToHead || status === 204 || status === 304 || status < 200;
    if (!this.keepsAlive || !hasSpace) this.kept = `HTTP/1.1 ${status} ${hasSpace ? line.slice(13) : '\r\n'}`;
  }

  #beginning(begins: string): Verdict {
    return 'HTTP/1.1 '.startsWith(begins) || 'HTTP/1.0 '.startsWith(begins) ? 'more' : this.odd('no HTTP');
  }

  protected override named(name: string, bytes: Buffer, from: number, to: number): Fate {
    switch (name) {
      case 'content-length':
        return this.#sized(lengthIn(bytes, from, to));
      case 'transfer-encoding':
        return this.#coded(isWord(bytes, from, to, 'chunked'));
      case 'connection':
        return isWord(bytes, from, to, 'keep-alive') ? 'drop' : this.#connected(textOf(bytes, from, to).toLowerCase());
      case 'date':
        this.hasDate = true;
        return 'keep';
      default:
        return 'drop';
    }
  }

  protected override unlisted(): Fate {
    return 'keep';
  }

  #sized(length: number): Fate {
    if (this.#hasLength || this.isChunked || length < 0) return this.odd('the length');
    this.#hasLength = true;
    this.length = length;
    return this.status === 204 || this.status < 200 ? 'drop' : 'keep';
  }

  #coded(isInChunks: boolean): Fate {
    if (this.isChunked || this.#hasLength || !isInChunks || !this.keepsAlive) return this.odd('the coding');
    this.isChunked = true;
    return this.#isBare ? 'drop' : 'keep';
  }

  #connected(value: string): Fate {
    const options = value.split(',').map((option) => option.trim());
    if (options.includes('close')) this.keepsAlive = false;
    if (options.length > 1 || value !== 'close') this.#nominated.push(value);
    return 'drop';
  }

  #frame(): void {
    if (this.#isBare) {
      this.length = 0;
      this.isChunked = false;
    } else if (this.length === untilClose && !this.isChunked) this.keepsAlive = false;
  }
}

const statusIn = (line: string): number | undefined => {
  const found = /^HTTP\/1\.[01] ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?\r\n$/.exec(line);
  return found === null ? undefined : Number(found[1]);
};

/** Rare: takes the lines apart once more. */
const withoutNominated = (lines: string, nominated: readonly string[]): string => {
  const isGone = endsHere(nominated);
  const [status = '', ...headers] = lines.split('\r\n');
  // What frames the body here goes on as it is, and its framing with it.
  const isKept = (name: string): boolean => name === 'transfer-encoding' || !isGone(name);
  const kept = headers.filter((line) => line !== '' && isKept(line.slice(0, line.indexOf(':')).toLowerCase()));
  return `${[status, ...kept].join('\r\n')}\r\n`;
};
