/*
 * The access log: a line of JSON for each request that is sampled, on both paths.
 *
 * INVARIANTS
 * - No request waits for it: lines wait in memory, at most `mostBytes`; what comes beyond is lost and counted.
 * - No header but Host is written, and of a target no query unless that was asked for: secrets travel in both.
 * - A file that cannot be written harms nothing else; it is opened anew for the next lines.
 * - Each write is one of whole lines, appended, and into a pipe no longer than goes in at once: several workers may write
 *   to the same one (write(2), pipe(7)).
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Log } from '../pool/log.ts';

export interface AccessLogRules {
  /** Share of the requests, 0 to 1. */
  readonly sample: number;
  /** A file, or a pipe that somebody reads. */
  readonly path: string;
  /** Write the query too. */
  readonly query: boolean;
}

/** A request that has ended. */
export interface Served {
  /** Undefined: its client went before it was answered. */
  readonly status: number | undefined;
  readonly ms: number;
  readonly address: string | undefined;
  readonly method: string;
  readonly host: string | undefined;
  readonly target: string;
  /** Who answered, or was asked last; undefined: nobody was. */
  readonly node: string | undefined;
  readonly path: 'fast' | 'slow';
}

export interface AccessLogParts {
  readonly log: Log;
  /** Wall-clock time in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** 0 or more, less than 1. */
  readonly random?: () => number;
}

const mostBytes = 1_048_576;
const flushBytes = 65_536;
const flushEveryMs = 200;
const mostTarget = 2_048;
/** A line, and whatever is written to a pipe at once: more could be mingled with what others write (PIPE_BUF). */
const wholeBytes = 4_096;
/** Node writes no more than 512 KiB at once. */
const wholeFileBytes = 262_144;

export class AccessLog {
  readonly #rules: AccessLogRules;
  readonly #parts: AccessLogParts;
  readonly #random: () => number;
  #lines: string[] = [];
  #bytes = 0;
  #lost = 0;
  #file: FileHandle | undefined;
  #atOnceBytes = wholeBytes;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStale = false;
  #hasFailed = false;

  constructor(rules: AccessLogRules, parts: AccessLogParts) {
    this.#rules = rules;
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
  }

  /** Is the next one to be written? Asked first, so that one that is not costs nothing. */
  wants(): boolean {
    return this.#random() < this.#rules.sample;
  }

  write(served: Served): void {
    const line = lineOf(served, this.#parts.wallMs(), this.#rules.query);
    if (this.#bytes + line.length > mostBytes) {
      this.#lost += 1;
      return;
    }
    this.#lines.push(line);
    this.#bytes += line.length;
    if (this.#bytes >= flushBytes) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), flushEveryMs);
  }

  /** The file was moved away: what comes from now on goes into a new one of its name. */
  reopen(): void {
    this.#isStale = true;
  }

  /** Writes what waits, and closes. */
  async close(): Promise<void> {
    this.#flush();
    while (this.#writing !== undefined) await this.#writing;
    await this.#drop();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing !== undefined || this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    this.#writing = this.#put(lines).finally(() => {
      this.#writing = undefined;
      if (this.#lines.length > 0) this.#flush();
    });
  }

  async #put(lines: readonly string[]): Promise<void> {
    let left = lines;
    try {
      if (this.#isStale) await this.#drop();
      this.#file ??= await this.#open();
      while (left.length > 0) {
        const count = fitting(left, this.#atOnceBytes);
        await this.#file.appendFile(left.slice(0, count).join(''));
        left = left.slice(count);
      }
      if (this.#hasFailed) this.#parts.log.info('access-log-writes-again', { path: this.#rules.path });
      if (this.#lost > 0) this.#parts.log.warn('access-log-lost-lines', { lines: this.#lost });
      this.#hasFailed = false;
      this.#lost = 0;
    } catch (error) {
      this.#lost += left.length;
      if (!this.#hasFailed)
        this.#parts.log.warn('access-log-failed', { path: this.#rules.path, because: String(error) });
      this.#hasFailed = true;
      await this.#drop();
    }
  }

  async #open(): Promise<FileHandle> {
    const file = await open(this.#rules.path, 'a', 0o640);
    this.#atOnceBytes = (await file.stat()).isFIFO() ? wholeBytes : wholeFileBytes;
    return file;
  }

  async #drop(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#isStale = false;
    await file?.close().catch(() => undefined);
  }
}

/** How many of the first lines go together into so many bytes; one at least. */
const fitting = (lines: readonly string[], mostBytes: number): number => {
  let bytes = 0;
  const tooMany = lines.findIndex((line) => {
    bytes += Buffer.byteLength(line);
    return bytes > mostBytes;
  });
  return tooMany < 0 ? lines.length : Math.max(1, tooMany);
};

/** With as much of the target as goes into a line that is written whole. */
const lineOf = (served: Served, atMs: number, query: boolean): string => {
  const [bare = ''] = served.target.split('?', 1);
  const target = query ? served.target : bare;
  let most = mostTarget;
  let line = jsonOf({ ...served, target: target.slice(0, most) }, atMs);
  while (Buffer.byteLength(line) > wholeBytes && most > 0) {
    most = Math.floor(most / 2);
    line = jsonOf({ ...served, host: served.host?.slice(0, longestName), target: target.slice(0, most) }, atMs);
  }
  return line;
};

/** Of a name with a port; what is longer is none. */
const longestName = 260;

const jsonOf = ({ status, ms, address, method, host, target, node, path }: Served, atMs: number): string => {
  const time = new Date(atMs).toISOString();
  const rounded = Math.round(ms * 1_000) / 1_000;
  const client = address ?? null;
  return `${JSON.stringify({ time, client, method, host: host ?? null, target, status: status ?? null, ms: rounded, node: node ?? null, path })}\n`;
};

/** Method, target and host of the head that went to a node. */
export const requestOf = (head: string): Pick<Served, 'method' | 'target' | 'host'> => {
  const [method = '', target = ''] = head.slice(0, head.indexOf('\r\n')).split(' ');
  return { method, target, host: /\r\nhost:[ \t]*([^\r]*)/i.exec(head)?.[1] };
};
