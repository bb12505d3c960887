/*
 * Who had how much memory in the last hour, a sample a minute.
 *
 * INVARIANT: it is never longer than an hour, and no sample names more than twenty commands: it lives in the memory of
 * an agent that has little.
 */
import type { ProcessMemory } from '../ports/processes.ts';

/** All processes of one name. */
export interface CommandMemory {
  readonly command: string;
  readonly processes: number;
  readonly rssBytes: number;
}

export interface MemorySample {
  /** By the monotonic clock. */
  readonly atMs: number;
  /** Of all processes, named or not. What they share counts for each. */
  readonly totalBytes: number;
  /** The biggest first. */
  readonly biggest: readonly CommandMemory[];
}

/** Oldest first. */
export type Hour = readonly MemorySample[];

const hourMs = 3_600_000;
const pauseMs = 60_000;
/** A timer may be early against the one before, which was late. */
const slackMs = 5_000;
const commandsMost = 20;

export const sampleOf = (processes: readonly ProcessMemory[], atMs: number): MemorySample => {
  const found = new Map<string, CommandMemory>();
  let totalBytes = 0;
  for (const process of processes) {
    if (process.rssBytes <= 0) continue;
    const command = nameOf(process);
    const { processes: count, rssBytes } = found.get(command) ?? { processes: 0, rssBytes: 0 };
    found.set(command, { command, processes: count + 1, rssBytes: rssBytes + process.rssBytes });
    totalBytes += process.rssBytes;
  }
  const biggest = [...found.values()].sort(
    (one, other) => other.rssBytes - one.rssBytes || (one.command < other.command ? -1 : 1),
  );
  return { atMs, totalBytes, biggest: biggest.slice(0, commandsMost) };
};

/** The hour with one more sample, unless the last one is younger than a minute. */
export const withSample = (hour: Hour, sample: MemorySample): Hour => {
  const last = hour.at(-1);
  if (last !== undefined && sample.atMs - last.atMs < pauseMs - slackMs) return hour;
  return [...hour, sample].filter(({ atMs }) => sample.atMs - atMs <= hourMs + slackMs);
};

const nameMost = 64;

/** What a process is called in words: names may hold anything, also what breaks a line. */
export const nameOf = ({ command, program = command }: Pick<ProcessMemory, 'command' | 'program'>): string =>
  shownName(program);
export const shownName = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?').slice(0, nameMost);
