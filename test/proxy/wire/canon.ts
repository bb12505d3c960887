/*
 * A stream of messages in one canonical form, so that two streams that mean the same compare equal, and nothing else
 * does. Reads a strict grammar (RFC 9112 without anything obsolete): whatever a router says must fit it.
 *
 * - Header names are in lower case and sorted; repeated ones keep their order.
 * - Date is left out, and so is what a connection does by itself: `keep-alive` of HTTP/1.1, and `close` to a node.
 * - A chunked body is its bytes; ■ ends a message, ✂ stands where the connection ended in the midst of one.
 */
export const end = '■';
const cut = '✂';

type State =
  | { readonly kind: 'head' | 'chunk' | 'trailers' | 'until-close' | 'raw' | 'broken' }
  | { readonly kind: 'length'; readonly left: number }
  | { readonly kind: 'chunk-data'; readonly left: number };

export interface CanonRules {
  readonly kind: 'requests' | 'answers';
  /** For answers: the lines of the requests, in order. */
  readonly requests: readonly string[];
}

export class Canon {
  text = '';
  #pending = '';
  #state: State = { kind: 'head' };
  #answered = 0;
  readonly #rules: CanonRules;

  constructor(rules: CanonRules) {
    this.#rules = rules;
  }

  feed(bytes: string): void {
    this.#pending += bytes;
    while (this.#step());
  }

  /** The connection has ended. */
  close(): void {
    const { kind } = this.#state;
    if (kind === 'until-close') this.#to({ kind: 'head' }, end);
    else if (kind === 'raw') return;
    else if (kind !== 'head' || this.#pending !== '')
      this.#to({ kind: 'broken' }, this.#take(this.#pending.length) + cut);
  }

  /** One answer has been looked at otherwise. */
  skipAnswer(): void {
    this.#answered += 1;
  }

  /** Something has come that cannot be told yet. */
  get hasHalfHead(): boolean {
    return this.#state.kind === 'head' && this.#pending !== '';
  }

  /** Returns whether there may be more to read. */
  #step(): boolean {
    const state = this.#state;
    switch (state.kind) {
      case 'head':
        return this.#head();
      case 'chunk':
        return this.#chunk();
      case 'trailers':
        return this.#trailers();
      case 'length':
      case 'chunk-data':
        return this.#counted(state.kind, state.left);
      case 'until-close':
      case 'raw':
      case 'broken':
        this.text += this.#take(this.#pending.length);
        return false;
    }
  }

  #head(): boolean {
    const at = this.#pending.indexOf('\r\n\r\n');
    if (at < 0) return false;
    const head = parseHead(this.#take(at + 4), this.#rules.kind);
    if (head === undefined) return this.#break('‽ no strict head: ');
    const asked = this.#rules.requests[this.#answered] ?? 'GET / HTTP/1.1';
    const isInterim = head.first.startsWith('HTTP/1.1 1');
    if (this.#rules.kind === 'answers' && !isInterim) this.#answered += 1;
    this.text += written(head, this.#rules.kind, asked);
    const next = bodyOf(head, this.#rules.kind, asked);
    this.#to(next, next.kind === 'head' && !isInterim ? end : '');
    return true;
  }

  #chunk(): boolean {
    const at = this.#pending.indexOf('\r\n');
    if (at < 0) return this.#pending.length > 20 ? this.#break('‽ no chunk: ') : false;
    if (!/^[0-9a-fA-F]{1,8}\r\n/.test(this.#pending)) return this.#break('‽ no chunk: ');
    const left = Number.parseInt(this.#take(at + 2), 16);
    this.#to(left === 0 ? { kind: 'trailers' } : { kind: 'chunk-data', left: left + 2 });
    return true;
  }

  #trailers(): boolean {
    const at = this.#pending.indexOf('\r\n');
    if (at < 0) return false;
    const line = this.#take(at + 2);
    if (line === '\r\n') this.#to({ kind: 'head' }, end);
    else this.text += line;
    return true;
  }

  #counted(kind: 'length' | 'chunk-data', left: number): boolean {
    const some = this.#take(Math.min(left, this.#pending.length));
    const after = left - some.length;
    if (kind === 'length') {
      this.#to(after === 0 ? { kind: 'head' } : { kind, left: after }, after === 0 ? some + end : some);
      return after === 0;
    }
    const closing = Math.min(some.length, Math.max(0, 2 - after));
    const crlf = some.slice(some.length - closing);
    if (crlf !== '\r\n'.slice(2 - after - closing, 2 - after)) return this.#break(`‽ no end of a chunk: ${crlf}`);
    this.#to(after === 0 ? { kind: 'chunk' } : { kind, left: after }, some.slice(0, some.length - closing));
    return after === 0;
  }

  #break(why: string): false {
    this.#to({ kind: 'broken' }, why + this.#take(this.#pending.length));
    return false;
  }

  #to(state: State, text = ''): void {
    this.#state = state;
    this.text += text;
  }

  #take(length: number): string {
    const taken = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    return taken;
  }
}

interface Head {
  readonly first: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const firstLine = {
  requests: /^[!#$%&'*+.^_`|~\w-]+ [!-~\x80-\xff]+ HTTP\/1\.1$/,
  answers: /^HTTP\/1\.1 \d{3} [\t -~\x80-\xff]*$/,
};

const parseHead = (text: string, kind: 'requests' | 'answers'): Head | undefined => {
  const [first = '', ...lines] = text.slice(0, -4).split('\r\n');
  if (!firstLine[kind].test(first)) return undefined;
  const found = lines.map((line) => /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*$/.exec(line));
  if (found.includes(null)) return undefined;
  return { first, fields: found.map((match) => field(match?.[1]?.toLowerCase() ?? '', match?.[2] ?? '')) };
};

/** A client of HTTP/1.0 may name no host; the node is then asked by its own address, whatever its port is. */
const field = (name: string, value: string): readonly [string, string] =>
  name === 'host' && /^127\.0\.0\.1:\d+$/.test(value) ? [name, '{node}'] : [name, value];

const firstOf = ({ fields }: Head, wanted: string): string | undefined => fields.find(([name]) => name === wanted)?.[1];

const written = (head: Head, kind: 'requests' | 'answers', asked: string): string => {
  const isPlain = ([name, value]: readonly [string, string]): boolean => {
    if (name === 'date') return /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(value);
    if (kind === 'answers' && asked.endsWith('1.0')) return false;
    // What a HEAD's answer would have been framed by need not be said (RFC 9110, 9.3.2).
    if (name === 'transfer-encoding' && asked.startsWith('HEAD ')) return kind === 'answers';
    if (name === 'keep-alive') return kind === 'answers';
    return name === 'connection' && (value === 'keep-alive' || (kind === 'requests' && value === 'close'));
  };
  const fields = head.fields.filter((field) => !isPlain(field));
  const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `${[head.first, ...sorted.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;
};

/** RFC 9112, 6.3. */
const bodyOf = (head: Head, kind: 'requests' | 'answers', asked: string): State => {
  const status = kind === 'answers' ? Number(head.first.slice(9, 12)) : 0;
  if (status === 101) return { kind: 'raw' };
  if (kind === 'answers') {
    if (asked.startsWith('HEAD ') || status < 200 || status === 204 || status === 304) return { kind: 'head' };
  } else if (firstOf(head, 'connection')?.toLowerCase() === 'upgrade') return { kind: 'raw' };
  if (firstOf(head, 'transfer-encoding') !== undefined) return { kind: 'chunk' };
  const length = firstOf(head, 'content-length');
  if (length === undefined) return { kind: kind === 'answers' ? 'until-close' : 'head' };
  return length === '0' ? { kind: 'head' } : { kind: 'length', left: Number(length) };
};
