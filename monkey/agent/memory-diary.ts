/*
 * What the agent remembers of the memory of its node's processes: the last hour in samples, and who was there last. With
 * it a round that saw OOM kills names who was probably killed; the kernel's own words come with the evidence.
 *
 * INVARIANTS
 * - It names, and decides nothing: what could not be read changes no count and no verdict.
 * - A round waits for it only where somebody was killed, and then for {@link namingMs} at most, in which the agent goes on
 *   beating: files of /proc are read beside it, and no program is started. To start one takes the agent's own thread, which
 *   on a machine without memory may stand still for seconds; the kernel's log is such a program's, and is read when the
 *   verdict stands.
 */

import { type LastSeen, whoGrew } from '../doctor/memory/growth.ts';
import { sampleOf } from '../doctor/memory/hour.ts';
import {
  identityOf,
  type KernelLines,
  type Killed,
  killedByKernel,
  killedMost,
  killedProbably,
  type SeenBefore,
  type SeenProcess,
} from '../doctor/memory/killed.ts';
import { biggestMost, type MemoryTold } from '../doctor/memory/told.ts';
import type { ProcessMemory } from '../doctor/ports/processes.ts';
import type { Vitals } from '../doctor/vitals/vitals.ts';
import { type Looks, newLooks } from './looks.ts';
import type { AgentParts } from './parts.ts';

export interface MemoryDiary {
  /** Looks at the processes until the signal aborts. */
  readonly keep: () => Promise<void>;
  /** These vitals, with the names of those who were killed in their round, as far as they can be had. */
  readonly withNames: (vitals: Vitals) => Promise<Vitals>;
  /** All that can be told now. `lines` are the kernel's, read since; undefined where they could not be. */
  readonly told: (lines: KernelLines | undefined) => MemoryTold | undefined;
}

/** Between two looks: who is killed soon after it was born has hardly been seen. */
const lookMs = 30_000;
/** Whoever tells statsd of the same processes reads them too. */
const mayBeOldMs = 5_000;
const namingMs = 300;
const killedRememberedMs = 600_000;

/** The kills of one round. */
interface Kills {
  readonly count: number;
  readonly atMs: number;
  readonly killed: readonly Killed[];
  /** What the kernel found them with, at the time when they were seen last. */
  readonly lastSeen: readonly LastSeen[];
  /** Who was there before: the kernel may name them later, when they have long been gone. */
  readonly seen: SeenBefore | undefined;
}

type DiaryParts = Pick<AgentParts, 'processes' | 'clock'>;

export const newMemoryDiary = (parts: DiaryParts, signal: AbortSignal): MemoryDiary => {
  const looks = newLooks(parts, { deadlineMs: namingMs, signal });
  let kills: readonly Kills[] = [];

  const withNames = async (vitals: Vitals): Promise<Vitals> => {
    if (vitals.oom.kind !== 'measured' || !(vitals.oom.kills > 0)) return vitals;
    const atMs = parts.clock.monotonicMs();
    const seen = looks.seen(atMs);
    const now = await looks.look();
    const named = killsOf({ count: vitals.oom.kills, atMs, seen, now: now?.processes });
    kills = [...recent(kills, atMs), named].slice(-killsMost);
    const memory = toldOf(looks, [named]);
    return memory === undefined ? vitals : { ...vitals, oom: { ...vitals.oom, memory } };
  };

  return {
    keep: async () => {
      while (parts.processes !== undefined && !signal.aborted) {
        await looks.look(mayBeOldMs);
        await parts.clock.sleep(lookMs, signal);
      }
    },
    withNames: async (vitals) => {
      const named = await withNames(vitals);
      looks.roundEnded();
      return named;
    },
    told: (lines) => toldOf(looks, withKernel(recent(kills, parts.clock.monotonicMs()), lines)),
  };
};

interface Seen {
  readonly count: number;
  readonly atMs: number;
  readonly seen: SeenBefore | undefined;
  readonly now: readonly ProcessMemory[] | undefined;
}

const killsOf = ({ count, atMs, seen, now }: Seen): Kills => {
  const killed = seen === undefined || now === undefined ? [] : killedProbably(count, seen, now);
  return { count, atMs, killed, lastSeen: lastSeenOf(killed, seen, atMs), seen };
};

const toldOf = (looks: Looks, named: readonly Kills[]): MemoryTold | undefined => {
  const killed = namedOnce(named);
  const last = looks.last();
  const biggest = last === undefined ? [] : sampleOf(last.processes, last.atMs).biggest.slice(0, biggestMost);
  const lastSeen = named.flatMap((one) => one.lastSeen);
  const grew = whoGrew(looks.hour(), lastSeen);
  return killed.length + biggest.length + grew.length === 0 ? undefined : { killed, biggest, grew };
};

/** Rounds with kills that are remembered. */
const killsMost = 5;

/** What was told of by then is another story. */
const recent = (kills: readonly Kills[], nowMs: number): readonly Kills[] =>
  kills.filter(({ atMs }) => nowMs - atMs <= killedRememberedMs);

const lastSeenOf = (killed: readonly Killed[], seen: SeenBefore | undefined, nowMs: number): readonly LastSeen[] =>
  killed.flatMap(({ command, pid, rssBytes, by }) => {
    const process = seen?.processes.find((one) => one.pid === pid);
    return by === 'kernel' && rssBytes !== undefined && process !== undefined
      ? [{ command, atMs: nowMs - process.agoMs, rssBytes }]
      : [];
  });

/** What was only probable, or not known at all, gives way to what the kernel says of all those kills. */
const withKernel = (kills: readonly Kills[], lines: KernelLines | undefined): readonly Kills[] => {
  const last = kills.at(-1);
  if (last === undefined || lines === undefined || !kills.some(isGuess)) return kills;
  const count = kills.reduce((sum, one) => sum + one.count, 0);
  const seen = seenBefore(kills, last.atMs);
  const killed = killedByKernel(count, lines, seen);
  return killed.length === 0 ? kills : [{ ...last, count, killed, lastSeen: lastSeenOf(killed, seen, last.atMs) }];
};

/** Everybody who was there before one of these, by the newest look that shows them. */
const seenBefore = (kills: readonly Kills[], nowMs: number): SeenBefore | undefined => {
  const found = new Map<string, SeenProcess>();
  for (const { seen, atMs } of kills)
    for (const process of seen?.processes ?? [])
      found.set(identityOf(process), { ...process, agoMs: process.agoMs + nowMs - atMs });
  const newest = kills.findLast(({ seen }) => seen !== undefined)?.seen;
  return newest && { processes: [...found.values()], isWholeMachine: newest.isWholeMachine };
};

const isGuess = ({ killed }: Kills): boolean => killed.length === 0 || killed.some(({ by }) => by === 'gone');

/** Each once: a kill that the log has no line of yet is named like the one before it. */
const namedOnce = (named: readonly Kills[]): readonly Killed[] => {
  const found = new Map(named.flatMap(({ killed }) => killed.map((one) => [`${one.pid} ${one.command}`, one])));
  return [...found.values()].slice(-killedMost);
};
