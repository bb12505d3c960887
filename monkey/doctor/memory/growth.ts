import type { Hour } from './hour.ts';

/** The greatest rise of one command's memory. */
export interface Growth {
  readonly command: string;
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly overMs: number;
  /** From the one to the other, evenly in time as far as samples are; at most twelve. */
  readonly bytes: readonly number[];
}

/** What a command had at a time that no sample is of: the kernel tells what it killed. */
export interface LastSeen {
  readonly command: string;
  readonly atMs: number;
  readonly rssBytes: number;
}

/** Less is the breath of any program. */
const leastBytes = 16 * 1_024 * 1_024;
const leastShare = 0.1;
const pointsMost = 12;
const grownMost = 3;

/**
 * Whose memory rose the most within the hour, that first; none where nobody's rose much. A rise that is over, of a job that
 * has ended or gave most of it back, stands behind all others: it is not what the machine ran out of memory for.
 */
export const whoGrew = (hour: Hour, lastSeen: readonly LastSeen[] = []): readonly Growth[] => {
  const commands = new Set(hour.flatMap(({ biggest }) => biggest.map(({ command }) => command)));
  return [...commands]
    .flatMap((command) => {
      const points = pointsOf(hour, command, lastSeen);
      const growth = riseOf(command, points);
      const wasKilled = lastSeen.some((one) => one.command === command);
      return growth === undefined ? [] : [{ growth, stands: wasKilled || stands(growth, points, hour.at(-1)?.atMs) }];
    })
    .sort((one, other) => Number(other.stands) - Number(one.stands) || riseIn(other.growth) - riseIn(one.growth))
    .slice(0, grownMost)
    .map(({ growth }) => growth);
};

/** It was among the biggest at the last look, with at least half of what it had gained. */
const stands = (growth: Growth, points: readonly Point[], lookedMs = 0): boolean => {
  const last = points.at(-1);
  return last !== undefined && last.atMs >= lookedMs && last.bytes >= growth.fromBytes + riseIn(growth) / 2;
};

const riseIn = ({ fromBytes, toBytes }: Growth): number => toBytes - fromBytes;

interface Point {
  readonly atMs: number;
  readonly bytes: number;
}

/** Where it was not among the biggest, nobody knows what it had. */
const pointsOf = (hour: Hour, command: string, lastSeen: readonly LastSeen[]): readonly Point[] => {
  const points = hour.flatMap(({ atMs, biggest }) =>
    biggest.filter((one) => one.command === command).map(({ rssBytes: bytes }) => ({ atMs, bytes })),
  );
  const late = lastSeen.filter((one) => one.command === command);
  return [...points, ...late.map(({ atMs, rssBytes: bytes }) => ({ atMs, bytes }))].sort(
    (one, other) => one.atMs - other.atMs,
  );
};

/** The greatest difference between a value and a later one, in one pass. */
const riseOf = (command: string, points: readonly Point[]): Growth | undefined => {
  let lowest = 0;
  let best = { from: 0, to: 0 };
  const bytesAt = (index: number): number => points[index]?.bytes ?? 0;
  points.forEach(({ bytes }, index) => {
    if (bytes < bytesAt(lowest)) lowest = index;
    if (bytes - bytesAt(lowest) > bytesAt(best.to) - bytesAt(best.from)) best = { from: lowest, to: index };
  });
  const [fromBytes, toBytes] = [bytesAt(best.from), bytesAt(best.to)];
  if (toBytes - fromBytes < Math.max(leastBytes, toBytes * leastShare)) return undefined;
  return {
    ...{ command, fromBytes, toBytes },
    overMs: (points[best.to]?.atMs ?? 0) - (points[best.from]?.atMs ?? 0),
    bytes: thinned(points.slice(best.from, best.to + 1).map(({ bytes }) => bytes)),
  };
};

/** The first, the last, and evenly what lies between. */
const thinned = (values: readonly number[]): readonly number[] =>
  values.length <= pointsMost
    ? values
    : Array.from(
        { length: pointsMost },
        (_, index) => values[Math.round((index * (values.length - 1)) / (pointsMost - 1))] ?? 0,
      );
