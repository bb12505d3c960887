import { readFile } from 'node:fs/promises';
import { isSame, type ProcessStat } from '../proc/stat.ts';
import { found, type Select } from './selected.ts';

interface Asked {
  readonly stat: ProcessStat;
  readonly marked: boolean;
  readonly times: number;
}

/** Just born, a process still has the environment of the one that made it: it is asked again the next time. */
const timesAsked = 2;

/**
 * The processes that were started with an environment variable. Their answers are kept for as long as they live.
 * They are asked under the caller's signal: reading an environment waits while its process changes its memory map.
 */
export const markedProcesses = (marker: string, procRoot: string): Select => {
  let known = new Map<number, Asked>();
  return async ({ processes }, signal) => {
    const next: typeof known = new Map();
    for (const stat of processes.values()) {
      if (signal.aborted) break;
      const before = known.get(stat.pid);
      const times = before !== undefined && isSame(stat, before.stat) ? before.times : 0;
      const kept = before !== undefined && times > 0 && (before.marked || times >= timesAsked);
      const path = `${procRoot}/${stat.pid}/environ`;
      next.set(stat.pid, kept ? before : { stat, marked: await isMarked(path, marker, signal), times: times + 1 });
    }
    known = next;
    const marked = [...known.values()].filter((asked) => asked.marked);
    return found(
      marked.map(({ stat }) => stat.pid),
      `no process was started with ${marker}`,
    );
  };
};

const isMarked = async (path: string, marker: string, signal: AbortSignal): Promise<boolean> => {
  try {
    return `\0${await readFile(path, { encoding: 'utf8', signal })}\0`.includes(`\0${marker}\0`);
  } catch {
    return false;
  }
};
