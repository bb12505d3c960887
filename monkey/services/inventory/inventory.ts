/*
 * Reads a fleet from an inventory over HTTP: `GET /servers`, then `GET /<address>` for each that it lists.
 *
 * INVARIANTS
 * - Whatever the other side does, a reading ends by its deadline, and every server that is listed has a row.
 * - Bounded: questions at once, tries of each, bytes of an answer, servers of a list.
 */
import { setMaxListeners } from 'node:events';
import type { Agent } from 'node:http';
import type { Clock } from '../../../pool/clock.ts';
import { formatMs } from '../../../pool/units.ts';
import type { Reading } from '../reading.ts';
import { type Listed, type Read, readList, readServer } from './answers.ts';
import { type Gate, newGate } from './gate.ts';
import { get, hasKept, newAgent } from './get.ts';
import { urlBelow } from './inventory-url.ts';
import { newPacer } from './pacer.ts';
import { pauseMs, triesMost } from './retry.ts';

/** The list could not be had, so nothing is known of any server. The message is a sentence for people. */
export class InventoryAway extends Error {
  readonly code = 'inventory-away';
}

export interface InventoryOptions {
  /** For one question, connecting included. */
  readonly requestMs: number;
  /** For a whole reading. */
  readonly wholeMs: number;
  /** Questions at once. */
  readonly most: number;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

export interface ReadHow {
  /** Addresses that need not be read this time. */
  readonly skip?: ReadonlySet<string>;
  /** Told with every server that was read, or given up. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Inventory {
  /** Rejects with InventoryAway. */
  readonly read: (how?: ReadHow) => Promise<readonly Reading[]>;
  /** Lets go of the connections that were kept. */
  readonly close: () => void;
}

const listBytesMost = 4 * 1_024 * 1_024;
const serverBytesMost = 64 * 1_024;
const connectEveryMs = 3;

export const openInventory = (url: URL, { signal, ...options }: InventoryOptions): Inventory => {
  const agent = newAgent(url, options.most);
  const ending = new AbortController();
  // Every question and every pause listens; a reading has as many as there are servers.
  setMaxListeners(0, ending.signal);
  const stop = (): void => ending.abort();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return {
    read: ({ skip = new Set<string>(), onProgress = () => undefined } = {}) => {
      const endsMs = options.clock.monotonicMs() + options.wholeMs;
      return readAll({ url, agent, endsMs, signal: ending.signal, ...options }, skip, onProgress);
    },
    close: () => {
      signal.removeEventListener('abort', stop);
      stop();
      agent.destroy();
    },
  };
};

/** One reading of the whole fleet. */
interface Whole extends InventoryOptions {
  readonly url: URL;
  readonly agent: Agent;
  /** Monotonic. */
  readonly endsMs: number;
}

const readAll = async (
  whole: Whole,
  skip: ReadonlySet<string>,
  onProgress: (done: number, total: number) => void,
): Promise<readonly Reading[]> => {
  const list = await untilRead(whole, () => ask(whole, 'servers', listBytesMost, readList));
  if (list.kind === 'failed') throw new InventoryAway(`the inventory at ${whole.url.href} ${list.because}`);
  const wanted = list.value.filter((entry) => entry.kind === 'nonsense' || !skip.has(entry.address));
  const pace = newPacer(connectEveryMs, whole.clock, whole.signal);
  const isLate = (): boolean => whole.clock.monotonicMs() >= whole.endsMs;
  const ready = async (): Promise<void> => (isLate() || hasKept(whole.agent) ? undefined : pace());
  const gate = newGate(whole.most, whole.requestMs, whole.clock, ready);
  let done = 0;
  onProgress(done, wanted.length);
  return Promise.all(
    wanted.map(async (entry) => {
      const reading = await readOne(whole, entry, gate);
      done += 1;
      onProgress(done, wanted.length);
      return reading;
    }),
  );
};

const readOne = async (whole: Whole, entry: Listed, gate: Gate): Promise<Reading> => {
  if (entry.kind === 'nonsense') return entry.reading;
  const { address } = entry;
  const once = () => ask(whole, address, serverBytesMost, (body) => readServer(address, body));
  const read = await untilRead(whole, () => gate.through(once, isPassing));
  return read.kind === 'read' ? read.value : { kind: 'unknown', address, because: read.because };
};

/** Asks until there is an answer, or no use in asking again. Who waits between two tries stands in nobody's way. */
const untilRead = async <T>(
  { clock, endsMs, random, signal }: Whole,
  once: () => Promise<Read<T>>,
): Promise<Read<T>> => {
  for (let tries = 1; ; tries += 1) {
    const read = await once();
    if (read.kind === 'read' || !read.passing) return read;
    if (tries === triesMost) return { ...read, because: `${read.because} (${tries} tries)` };
    await clock.sleep(Math.max(0, Math.min(pauseMs(tries, random), endsMs - clock.monotonicMs())), signal);
  }
};

const ask = async <T>(
  { url, agent, clock, endsMs, requestMs, wholeMs, signal }: Whole,
  segment: string,
  bodyMost: number,
  understand: (body: string) => Read<T>,
): Promise<Read<T>> => {
  const tooLate = failed(`was not read within ${formatMs(wholeMs)} in all`);
  const leftMs = endsMs - clock.monotonicMs();
  if (signal.aborted) return failed('was not read: stopped');
  if (leftMs <= 0) return tooLate;
  const limits = { deadlineMs: Math.min(requestMs, leftMs), signal, bodyMost };
  const body = await get(urlBelow(url, segment), agent, limits);
  if (body.kind === 'read') return understand(body.value);
  return clock.monotonicMs() < endsMs ? body : tooLate;
};

const failed = (because: string): Read<never> => ({ kind: 'failed', because, passing: false });

const isPassing = (read: Read<unknown>): boolean => read.kind === 'failed' && read.passing;
