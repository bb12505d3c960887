/*
 * The members, remembered on disk for a restart while Redis is away.
 *
 * INVARIANTS
 * - The file is whole or not there: it is written beside and renamed.
 * - One write at a time; of what changes meanwhile only the newest is written.
 * - A file that is old, of another pool or not ours is as good as none, and never stops a router.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Log } from '../pool/log.ts';
import type { Member } from './members.ts';

const schema = z.object({
  schema: z.literal(1),
  pool: z.string(),
  epoch: z.string().optional(),
  savedMs: z.number(),
  members: z.array(z.object({ id: z.string(), url: z.string(), weight: z.number().min(0).max(1) })).max(10_000),
});

export interface Snapshot {
  readonly epoch: string | undefined;
  readonly members: readonly Member[];
}

export type Loaded =
  | { readonly kind: 'loaded'; readonly snapshot: Snapshot }
  | { readonly kind: 'nothing'; readonly because: string };

/** Addresses are given to others in time: what was remembered a day ago may be somebody else's machine by now. */
const oldestMs = 86_400_000;

/** Reads a snapshot of this pool. Never rejects. `nowMs` is wall-clock time, because the file outlives processes. */
export const loadSnapshot = async (file: string, pool: string, nowMs: number): Promise<Loaded> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => new Error('unreadable', { cause: error }));
  if (text instanceof Error) return nothing(`cannot be read (${codeOf(text.cause)})`);
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) return nothing('is not a snapshot');
  const { epoch, savedMs, members, pool: its } = parsed.data;
  if (its !== pool) return nothing(`is of the pool ${its}`);
  return nowMs - savedMs > oldestMs ? nothing('is older than a day') : { kind: 'loaded', snapshot: { epoch, members } };
};

export interface SnapshotWriter {
  /** Remembers this soon; never waits, never throws. */
  readonly save: (snapshot: Snapshot) => void;
  /** Resolves once what was asked for is on disk, or could not be put there. */
  readonly settled: () => Promise<void>;
}

export const snapshotWriter = (file: string, pool: string, nowMs: () => number, log: Log): SnapshotWriter => {
  let newest: Snapshot | undefined;
  let writing: Promise<void> | undefined;
  let failed = false;

  const writeAll = async (): Promise<void> => {
    for (let next = newest; next !== undefined; next = newest) {
      newest = undefined;
      const members = next.members.map(({ id, url, weight }) => ({ id, url, weight }));
      const error = await replace(file, { schema: 1, pool, epoch: next.epoch, savedMs: nowMs(), members });
      if (error !== undefined && !failed) log.warn('snapshot-not-saved', { file, because: codeOf(error) });
      failed = error !== undefined;
    }
    writing = undefined;
  };

  return {
    save: (snapshot) => {
      newest = snapshot;
      writing ??= writeAll();
    },
    settled: async () => writing,
  };
};

const replace = async (file: string, content: unknown): Promise<unknown> => {
  const beside = `${file}.${process.pid}.new`;
  try {
    await writeFile(beside, `${JSON.stringify(content)}\n`, { mode: 0o600 });
    await rename(beside, file);
    return undefined;
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    return error ?? new Error('failed');
  }
};

const nothing = (because: string): Loaded => ({ kind: 'nothing', because });

const codeOf = (error: unknown): string => {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : String(error);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
