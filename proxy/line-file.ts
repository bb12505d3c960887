/*
 * Writes lines to the end of a file, or into a pipe that somebody may read.
 *
 * INVARIANTS
 * - Nobody waits for it: lines wait in memory, at most `mostBytes`; what comes beyond is lost and counted.
 * - Nothing here lasts: a pipe is opened and written without blocking (fifo(7): where nobody reads it, that is an error;
 *   where it is full, it takes nothing for now), one write is under way at a time, and closing has a deadline.
 * - A write holds whole lines; into a pipe no more than PIPE_BUF, which it takes at once or not at all (pipe(7)), so that
 *   lines of several writers never mix. Where a file took only a part, the next write goes on there.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LineFileHooks {
  /** So many lines will not be written; told with each loss. */
  readonly onLost: (lines: number, because: string) => void;
  /** It cannot be written; told with each attempt. */
  readonly onFailed: (because: string) => void;
  /** Something was written. */
  readonly onWritten: () => void;
}

/** PIPE_BUF of Linux, in bytes; no line is longer. */
export const mostLine = 4_096;
const mostBytes = 1_048_576;
const flushBytes = 65_536;
const flushEveryMs = 200;
/** A full pipe holds 64 KiB: looked at this often, it still takes several MiB a second. */
const whenFullMs = 10;

const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

type Round = 'done' | 'full' | 'failed';

interface Batch {
  readonly bytes: Buffer;
  readonly lines: number;
}

export class LineFile {
  readonly #path: string;
  readonly #hooks: LineFileHooks;
  readonly #lines: string[] = [];
  /** Of `#lines` and `#batch`. */
  #bytes = 0;
  /** Under way, or what was not taken of it. */
  #batch: Batch | undefined;
  #file: FileHandle | undefined;
  /** Bytes of one write. */
  #atOnce = mostLine;
  #writing: Promise<Round> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #last: Round = 'done';
  #isStale = false;
  #isClosed = false;

  constructor(path: string, hooks: LineFileHooks) {
    this.#path = path;
    this.#hooks = hooks;
  }

  /** @param line with its end, `mostLine` bytes at most */
  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > mostBytes) {
      this.#hooks.onLost(1, 'more lines wait than may');
      return;
    }
    this.#lines.push(line);
    this.#bytes += bytes;
    // What could not be written a moment ago is tried again in its time, not with each line.
    if (this.#bytes >= flushBytes && this.#last === 'done') this.#write();
    else this.#later(flushEveryMs);
  }

  /** It was moved away: what comes from now on goes into a new one of its name. */
  reopen(): void {
    this.#isStale = true;
  }

  /** Writes what waits, as far as that can be done within the deadline, and closes. */
  async close(deadlineMs: number): Promise<void> {
    const late = new AbortController();
    const deadline = isLate(deadlineMs, late.signal);
    while ((await this.#tryOnce(deadline)) === 'full') await Promise.race([sleep(whenFullMs), deadline]);
    late.abort();
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const left = this.#lines.splice(0).length + (this.#batch?.lines ?? 0);
    if (left > 0) this.#hooks.onLost(left, 'it was closed');
    await Promise.race([this.#drop(), sleep(deadlineMs, undefined, { ref: false })]);
  }

  async #tryOnce(deadline: Promise<'late'>): Promise<Round | 'late'> {
    this.#write();
    const round: Promise<Round> = this.#writing ?? Promise.resolve('done');
    return Promise.race([round, deadline]);
  }

  #later(ms: number): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(() => this.#write(), ms);
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#round().then((round) => {
      this.#writing = undefined;
      this.#last = round;
      if (this.#bytes > 0) this.#later(round === 'full' ? whenFullMs : flushEveryMs);
      return round;
    });
  }

  async #round(): Promise<Round> {
    try {
      while (this.#bytes > 0) {
        if (this.#isStale) await this.#drop();
        this.#file ??= await this.#open();
        await this.#put(this.#file);
      }
      return 'done';
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') return 'full';
      this.#hooks.onFailed(codeOf(error) === 'ENXIO' ? 'nobody reads the pipe' : String(error));
      await this.#drop();
      return 'failed';
    }
  }

  async #open(): Promise<FileHandle> {
    const file = await open(this.#path, flags, 0o640);
    this.#atOnce = (await file.stat()).isFIFO() ? mostLine : flushBytes;
    return file;
  }

  async #put(file: FileHandle): Promise<void> {
    const { bytes, lines } = this.#batch ?? this.#next();
    this.#batch = { bytes, lines };
    const { bytesWritten } = await file.write(bytes);
    this.#bytes -= bytesWritten;
    this.#batch = bytesWritten < bytes.length ? { bytes: bytes.subarray(bytesWritten), lines } : undefined;
    this.#hooks.onWritten();
  }

  #next(): Batch {
    let lines = 0;
    for (let size = 0; lines < this.#lines.length; lines += 1) {
      size += Buffer.byteLength(this.#lines[lines] ?? '');
      if (lines > 0 && size > this.#atOnce) break;
    }
    return { bytes: Buffer.from(this.#lines.splice(0, lines).join('')), lines };
  }

  async #drop(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#isStale = false;
    await file?.close().catch(() => undefined);
  }
}

const isLate = async (ms: number, signal: AbortSignal): Promise<'late'> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return 'late';
};

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code');
