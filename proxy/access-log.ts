/*
 * The access log: a line of JSON for each request that is sampled, on both paths.
 *
 * INVARIANTS
 * - No request waits for it, and neither does the end of the router: see line-file.ts. What is lost is counted.
 * - No header but Host is written, and of a target no query unless that was asked for: secrets travel in both.
 * - A file that cannot be written harms nothing else; its lines wait until it can, as far as there is room.
 * - Each write is one of whole lines: several workers may write to the same file or pipe.
 */
import type { Log } from '../pool/log.ts';
import { LineFile, mostLine } from './line-file.ts';
import type { Telemetry } from './telemetry.ts';

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
  /** Undefined, like the target: it could not be read. */
  readonly method: string | undefined;
  readonly host: string | undefined;
  readonly target: string | undefined;
  /** Who answered, or was asked last; undefined: nobody was. */
  readonly node: string | undefined;
  readonly path: 'fast' | 'slow';
}

export interface AccessLogParts {
  readonly log: Log;
  readonly telemetry: Pick<Telemetry, 'accessLinesLost'>;
  /** Wall-clock time in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** 0 or more, less than 1. */
  readonly random?: () => number;
}

const mostTarget = 2_048;
const mostHost = 255;
/** At the end of the router: who does not take its lines does not keep it. */
const closingMs = 1_000;

export class AccessLog {
  readonly #rules: AccessLogRules;
  readonly #parts: AccessLogParts;
  readonly #random: () => number;
  readonly #file: LineFile;
  #lost = 0;
  #hasFailed = false;

  constructor(rules: AccessLogRules, parts: AccessLogParts) {
    this.#rules = rules;
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
    this.#file = new LineFile(rules.path, {
      onLost: (lines, because) => this.#loses(lines, because),
      onFailed: (because) => this.#failed(because),
      onWritten: () => this.#written(),
    });
  }

  /** Is the next one to be written? Asked first, so that one that is not costs nothing. */
  wants(): boolean {
    return this.#random() < this.#rules.sample;
  }

  write(served: Served): void {
    this.#file.write(lineOf(served, this.#parts.wallMs(), this.#rules.query));
  }

  /** The file was moved away: what comes from now on goes into a new one of its name. */
  reopen(): void {
    this.#file.reopen();
  }

  /** Writes what waits, within a second, and closes. */
  async close(): Promise<void> {
    await this.#file.close(closingMs);
    this.#tellLost();
  }

  /** Said with the first one; how many it were is said when it ends. */
  #loses(lines: number, because: string): void {
    if (this.#lost === 0) this.#parts.log.warn('access-log-loses-lines', { path: this.#rules.path, because });
    this.#lost += lines;
    this.#parts.telemetry.accessLinesLost(lines);
  }

  #failed(because: string): void {
    if (!this.#hasFailed) this.#parts.log.warn('access-log-failed', { path: this.#rules.path, because });
    this.#hasFailed = true;
  }

  #written(): void {
    if (this.#hasFailed) this.#parts.log.info('access-log-writes-again', { path: this.#rules.path });
    this.#hasFailed = false;
    this.#tellLost();
  }

  #tellLost(): void {
    if (this.#lost > 0) this.#parts.log.warn('access-log-lost-lines', { lines: this.#lost });
    this.#lost = 0;
  }
}

/** No longer than a pipe takes whole: escaped, the same text can be twice as long. */
const lineOf = (served: Served, atMs: number, query: boolean): string => {
  for (let most = mostTarget; ; most = Math.floor(most / 2)) {
    const line = lineWith(served, atMs, query, most);
    if (most === 0 || Buffer.byteLength(line) <= mostLine) return line;
  }
};

const lineWith = (
  { status, ms, address, method, host, target, node, path }: Served,
  atMs: number,
  query: boolean,
  most: number,
): string => {
  const shown = (query ? target : target?.split('?', 1)[0])?.slice(0, most) ?? null;
  const time = new Date(atMs).toISOString();
  const rounded = Math.round(ms * 1_000) / 1_000;
  const client = address ?? null;
  const asked = host?.slice(0, mostHost) ?? null;
  return `${JSON.stringify({ time, client, method: method ?? null, host: asked, target: shown, status: status ?? null, ms: rounded, node: node ?? null, path })}\n`;
};

/** Method, target and host of the head that went to a node. */
export const requestOf = (head: string): Pick<Served, 'method' | 'target' | 'host'> => {
  const [method = '', target = ''] = head.slice(0, head.indexOf('\r\n')).split(' ');
  return { method, target, host: /\r\nhost:[ \t]*([^\r]*)/i.exec(head)?.[1] };
};
