/*
 * Who was killed for want of memory: as the kernel says, or who is gone.
 *
 * Source: mm/oom_kill.c of the kernel, `__oom_kill_process` and `dump_oom_summary`. What it writes of each that it kills
 * begins with `Killed process PID (COMM) total-vm:…kB, anon-rss:…kB, file-rss:…kB, shmem-rss:…kB` in every version from
 * 4.6 on (before 4.6 without shmem-rss); in front of it stands `Out of memory: ` or `Memory cgroup out of memory: ` since
 * 5.1, behind it UID, page tables and the score's adjustment since 5.4. The line `oom-kill:constraint=…,task_memcg=…,
 * task=COMM,pid=PID,uid=UID` is there since 5.0 and is left out where many die at once.
 *
 * INVARIANTS
 * - What the kernel says is said as it is; what is only gone is said to be probable.
 * - Of a node that is not the whole machine, nobody is named whom it did not have.
 * - What the kernel said long ago names nobody: a log that lost the lines of a kill still has those of older ones.
 */
import type { Lines } from '../ports/lines.ts';
import type { ProcessMemory } from '../ports/processes.ts';
import { nameOf, shownName } from './hour.ts';

export interface Killed {
  readonly command: string;
  readonly pid: number;
  /** What it had; undefined where the kernel does not say. */
  readonly rssBytes?: number;
  /** `kernel` says so; `gone`: it is not there any more, and was the biggest of those. */
  readonly by: 'kernel' | 'gone';
  /** `gone`: how long before that it was seen with so much, in milliseconds. */
  readonly seenMs?: number;
}

/** How many are named at most. */
export const killedMost = 5;

const summary = /oom-kill:constraint=.*,task=(.*),pid=(\d+),uid=\d+/;
const killedLine = /Killed process (\d+) \((.*)\) total-vm:\d+kB, (.*)/;
const kib = /(?:anon|file|shmem)-rss:(\d+)kB/g;

/** All that these lines of the kernel's log name, in its order. */
export const killedIn = (lines: readonly string[]): readonly Killed[] => {
  const found: Killed[] = [];
  for (const line of lines) {
    const killed = killedBy(line) ?? chosenBy(line);
    // The summary comes first and knows less.
    if (killed === undefined) continue;
    if (found.at(-1)?.pid === killed.pid && found.at(-1)?.rssBytes === undefined) found.pop();
    found.push(killed);
  }
  return found;
};

const killedBy = (line: string): Killed | undefined => {
  const [, pid, command, memory] = killedLine.exec(line) ?? [];
  if (pid === undefined || command === undefined || memory === undefined) return undefined;
  const rssBytes = [...memory.matchAll(kib)].reduce((sum, [, amount]) => sum + Number(amount) * 1_024, 0);
  return { command: shownName(command), pid: Number(pid), rssBytes, by: 'kernel' };
};

const chosenBy = (line: string): Killed | undefined => {
  const [, command, pid] = summary.exec(line) ?? [];
  return command === undefined ? undefined : { command: shownName(command), pid: Number(pid), by: 'kernel' };
};

/** The processes of this node as they were seen last before the kills. */
export interface SeenBefore {
  readonly processes: readonly SeenProcess[];
  readonly isWholeMachine: boolean;
}

export interface SeenProcess extends ProcessMemory {
  /** How long before it was missed, in milliseconds. */
  readonly agoMs: number;
}

/** Lines of the kernel's log. */
export type KernelLines = Pick<Lines, 'lines' | 'readAtSeconds'>;

/** More than the pause between two rounds, and the drain after them. */
const recentSeconds = 1_800;
const stamp = /^\[\s*(\d+\.\d+)\]/;

const isRecent = (line: string, { readAtSeconds = Number.NaN }: KernelLines): boolean => {
  const atSeconds = Number(stamp.exec(line)?.[1]);
  // Without a stamp, or a clock to hold it against, nothing says that it is old.
  return !(readAtSeconds - atSeconds > recentSeconds);
};

/** The last `kills` that the kernel tells of, of those that were this node's; called as this node calls them. */
export const killedByKernel = (kills: number, log: KernelLines, before: SeenBefore | undefined): readonly Killed[] => {
  const known = new Map(before?.processes.map((process) => [process.pid, process]));
  const commands = new Set(before?.processes.map(({ command }) => shownName(command)));
  return killedIn(log.lines.filter((line) => isRecent(line, log)))
    .filter(({ command }) => before === undefined || before.isWholeMachine || commands.has(command))
    .slice(-Math.min(kills, killedMost))
    .map((killed) => {
      const process = known.get(killed.pid);
      return process !== undefined && shownName(process.command) === killed.command
        ? { ...killed, command: nameOf(process) }
        : killed;
    });
};

/** The biggest of those that were there and are gone, as many as were killed. */
export const killedProbably = (
  kills: number,
  { processes }: SeenBefore,
  now: readonly ProcessMemory[],
): readonly Killed[] => {
  const there = new Set(now.map(identityOf));
  return processes
    .filter((process) => process.rssBytes > 0 && !there.has(identityOf(process)))
    .sort((one, other) => other.rssBytes - one.rssBytes)
    .slice(0, Math.min(kills, killedMost))
    .map((process) => ({
      ...{ command: nameOf(process), pid: process.pid, rssBytes: process.rssBytes },
      ...{ by: 'gone' as const, seenMs: process.agoMs },
    }));
};

/** Names a process for good. */
export const identityOf = ({ pid, startTicks }: Pick<ProcessMemory, 'pid' | 'startTicks'>): string =>
  `${pid} ${startTicks}`;
