/*
 * INVARIANTS
 * - Each tick is counted once: what a child had used when it was last seen is not counted again when its parent
 *   inherits it.
 * - Never negative, whatever started, ended or was given another parent in between.
 */
import { isSame, type ProcessStat } from './stat.ts';

type Processes = ReadonlyMap<number, ProcessStat>;

/**
 * CPU time, in ticks, that the processes of a tree used between two readings, with children that began, ended, or
 * both, in between: the kernel adds the time of a child that was waited for to its parent's (`cutime`, `cstime`).
 * What a process used before it came into the tree is not counted; `beforeTicks` is when the first reading began.
 */
export const busyTicks = (before: Processes, after: Processes, beforeTicks: number): number => {
  const owed = inherited(before, after);
  let busy = 0;
  for (const now of after.values()) {
    const { own, children } = gained(before.get(now.pid), now, beforeTicks);
    busy += own + Math.max(0, children - (owed.get(now.pid) ?? 0));
  }
  return busy;
};

const gained = (
  before: ProcessStat | undefined,
  now: ProcessStat,
  beforeTicks: number,
): { readonly own: number; readonly children: number } => {
  if (before !== undefined && isSame(now, before))
    return {
      own: Math.max(0, now.ticks - before.ticks),
      children: Math.max(0, now.childTicks - before.childTicks),
    };
  const isNew = now.startTicks >= beforeTicks;
  return isNew ? { own: now.ticks, children: now.childTicks } : { own: 0, children: 0 };
};

/** Ticks that were counted already and that a living process inherits from those that have ended, by its pid. */
const inherited = (before: Processes, after: Processes): ReadonlyMap<number, number> => {
  const owed = new Map<number, number>();
  for (const ended of before.values()) {
    if (isSame(ended, after.get(ended.pid))) continue;
    const heir = livingAncestor(ended, before, after);
    if (heir !== undefined) owed.set(heir, (owed.get(heir) ?? 0) + ended.ticks + ended.childTicks);
  }
  return owed;
};

const livingAncestor = (ended: ProcessStat, before: Processes, after: Processes): number | undefined => {
  const seen = new Set<number>();
  let parent = before.get(ended.parent);
  while (parent !== undefined && !seen.has(parent.pid)) {
    if (isSame(parent, after.get(parent.pid))) return parent.pid;
    seen.add(parent.pid);
    parent = before.get(parent.parent);
  }
  return undefined;
};
