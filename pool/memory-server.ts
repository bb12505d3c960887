/*
 * One pool's data in memory, which several MemoryPools share as several processes share one Redis, with everything that
 * can go wrong between them on request.
 */
import { type Clock, systemClock } from './clock.ts';
import { copyData, emptyData, type MemoryData } from './memory-data.ts';
import { allRemembered, type Parsers } from './parsers.ts';
import { type PoolKeys, poolKeys } from './redis/keys.ts';

export interface MemoryServerOptions {
  /** Redis TIME in milliseconds. */
  readonly now?: () => number;
  readonly clock?: Clock;
  /** How many commits a failover may lose; each that is remembered costs a copy of all data. Without it, 100. */
  readonly remembers?: number;
}

const remembersMost = 100;

export class MemoryServer {
  readonly name: string;
  readonly keys: PoolKeys;
  /** Shared by all clients: what one has read need not be read again for the next. */
  readonly parsers: Parsers;
  readonly clock: Clock;
  readonly now: () => number;
  /** As Redis holds it; a test may put garbage in. */
  data: MemoryData = emptyData();
  /** How a replica behaves towards durable commits. */
  replica: 'none' | 'answers' | 'silent' = 'none';
  /** Every call takes this long. */
  delayMs = 0;
  /** Replies of so many next commits are lost; the commits are applied. */
  losesReplies = 0;
  /** Runs after each commit that was applied, before its reply: where tests crash things. */
  onCommit: (id: string) => void = () => undefined;

  #away = false;
  #generation = 0;
  /** The data as it was before each of the last commits that were applied, oldest first. */
  #history: MemoryData[] = [];
  readonly #remembers: number;
  readonly #waiting = new Set<() => void>();

  constructor(name = 'web', { now, clock, remembers = remembersMost }: MemoryServerOptions = {}) {
    this.name = name;
    this.keys = poolKeys(name);
    this.parsers = allRemembered(this.keys);
    this.clock = clock ?? systemClock;
    this.now = now ?? Date.now;
    this.#remembers = remembers;
  }

  get isAway(): boolean {
    return this.#away;
  }
  /** Grows with every break of the connections. */
  get generation(): number {
    return this.#generation;
  }

  /** Nobody reaches it from now on. */
  goAway(): void {
    this.#away = true;
    this.breakConnections();
  }
  comeBack(): void {
    this.#away = false;
  }
  /** All connections break and can be made anew at once. */
  breakConnections(): void {
    this.#generation += 1;
    this.wake();
  }
  /** It restarts with nothing in it. */
  restartEmpty(): void {
    this.data = emptyData();
    this.#history = [];
    this.breakConnections();
  }
  /** A failover to a replica that had not got the last commits. */
  loseLast(commits: number): void {
    const before = this.#history.splice(-commits)[0];
    if (before === undefined) throw new Error('so many commits are not remembered');
    this.data = before;
    this.breakConnections();
  }

  /** Makes a change that may be lost; what changes no version is nothing to lose. */
  apply<Result>(change: (data: MemoryData) => Result): Result {
    const before = this.#remembers > 0 ? copyData(this.data) : undefined;
    const { version } = this.data;
    const result = change(this.data);
    if (before !== undefined && this.data.version > version) {
      this.#history.push(before);
      if (this.#history.length > this.#remembers) this.#history.shift();
    }
    return result;
  }
  /** Wakes those who wait for events. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
  /** Resolves at the next commit or break, or when the time is over or the signal aborts. */
  async change(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    const over = new AbortController();
    const end = (): void => over.abort();
    this.#waiting.add(end);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true) end();
    await this.clock.sleep(waitMs, over.signal);
    this.#waiting.delete(end);
    signal?.removeEventListener('abort', end);
  }
}
