/*
 * What is remembered of one service while somebody watches it, round by round.
 *
 * INVARIANTS
 * - A server that was once seen in the service stays in sight when it stops answering, moves, or is no longer listed: as
 *   unknown, with a gap among its values. It is forgotten once nothing but gaps is left to show.
 * - What is kept of a server has a bound, however long the watch.
 */
import type { ServerLine } from './judge.ts';
import { inOrder } from './select.ts';
import { type Extent, newTally, type Tally } from './tally.ts';

/** So many values of each server are kept for its picture. */
export const recentKept = 60;

export interface TrackedServer {
  readonly line: ServerLine;
  /** Oldest first; null is a round in which the value could not be read. */
  readonly recentCpu: readonly (number | null)[];
  readonly recentMemory: readonly (number | null)[];
  /** Over all rounds; null where the value could never be read. */
  readonly cpu: Extent | null;
  readonly memory: Extent | null;
}

export interface Track {
  /** Takes what a round has read of the whole fleet. */
  readonly take: (lines: readonly ServerLine[]) => void;
  /** In a stable order. */
  readonly servers: () => readonly TrackedServer[];
  /** Servers that a next round need not read: they were of other services. Empty where servers are found to move. */
  readonly ofOthers: () => ReadonlySet<string>;
}

interface Kept {
  readonly line: ServerLine;
  readonly recentCpu: readonly (number | null)[];
  readonly recentMemory: readonly (number | null)[];
  readonly cpu: Tally;
  readonly memory: Tally;
}

/** Every so many rounds all servers are read, since one may have come to the service from another. */
const wholeEvery = 20;

export const newTrack = (service: string): Track => {
  const kept = new Map<string, Kept>();
  let others: ReadonlySet<string> = new Set();
  let rounds = 0;
  return {
    take: (lines) => {
      rounds += 1;
      const read = new Map(lines.map((line) => [line.address, line]));
      const missing = [...kept.values()]
        .map(({ line }) => line)
        .filter((line) => !isOf(read.get(line.address), service));
      for (const line of lines.filter((each) => isOf(each, service))) note(kept, line);
      for (const line of missing) note(kept, gone(line, read.get(line.address)));
      for (const [address, { recentCpu, recentMemory }] of kept)
        if (isEmpty(recentCpu) && isEmpty(recentMemory)) kept.delete(address);
      const moved = missing.some(({ address }) => isOfAnother(read.get(address), service));
      const elsewhere = lines.filter((line) => isOfAnother(line, service)).map(({ address }) => address);
      others = moved || rounds % wholeEvery === 0 ? new Set() : new Set([...others, ...elsewhere]);
    },
    servers: () => [...kept.values()].map(told).sort((a, b) => inOrder(a.line, b.line)),
    ofOthers: () => others,
  };
};

const isOf = (line: ServerLine | undefined, service: string): boolean => line?.service === service;

const isOfAnother = (line: ServerLine | undefined, service: string): boolean =>
  line !== undefined && line.service !== null && line.service !== service;

/** A server that was of the service and is so no more, or nobody can say. */
const gone = (last: ServerLine, now: ServerLine | undefined): ServerLine => ({
  ...last,
  status: 'unknown',
  cpuShare: null,
  memoryShare: null,
  because: whyGone(now),
});

const whyGone = (now: ServerLine | undefined): string | null => {
  if (now === undefined) return 'no longer listed';
  return now.service === null ? now.because : `is of ${now.service} now`;
};

const note = (kept: Map<string, Kept>, line: ServerLine): void => {
  const known = kept.get(line.address) ?? fresh(line);
  const { cpuShare, memoryShare } = line;
  if (cpuShare !== null) known.cpu.add(cpuShare);
  if (memoryShare !== null) known.memory.add(memoryShare);
  kept.set(line.address, {
    ...known,
    line,
    recentCpu: [...known.recentCpu, cpuShare].slice(-recentKept),
    recentMemory: [...known.recentMemory, memoryShare].slice(-recentKept),
  });
};

const fresh = (line: ServerLine): Kept => ({
  line,
  recentCpu: [],
  recentMemory: [],
  cpu: newTally(),
  memory: newTally(),
});

/** Nothing but gaps, and so many of them that nothing else is to come back into sight. */
const isEmpty = (recent: readonly (number | null)[]): boolean =>
  recent.length === recentKept && recent.every((share) => share === null);

const told = ({ line, recentCpu, recentMemory, cpu, memory }: Kept): TrackedServer => ({
  line,
  recentCpu,
  recentMemory,
  cpu: cpu.told(),
  memory: memory.told(),
});
