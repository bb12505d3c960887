/*
 * INVARIANTS
 * - A process once in the tree stays in it for as long as it lives in the same process group or session, also when
 *   its parent has died and it was given to init.
 * - A group or session counts as the tree's only if a process of the tree leads it or has led it: the group that
 *   the tree was started from (somebody's terminal) does not.
 */
import type { ProcessStat } from './stat.ts';

/** The processes that belong together, and what is to be known to find them again. */
export interface Tree {
  readonly members: ReadonlyMap<number, ProcessStat>;
  /** Groups and sessions that the tree leads or has led and that still have a member. */
  readonly led: ReadonlySet<number>;
}

/** All processes that descend from `roots` or stand in a group or session that the tree leads. */
export const treeOf = (
  processes: ReadonlyMap<number, ProcessStat>,
  roots: readonly number[],
  ledBefore: ReadonlySet<number> = new Set(),
): Tree => {
  const near = neighbours(processes);
  const members = new Map<number, ProcessStat>();
  const led = new Set<number>();
  const waiting: number[] = [...roots];
  const follow = (id: number): void => {
    const pids = near.inGroup.get(id) ?? [];
    if (led.has(id) || pids.length === 0) return;
    led.add(id);
    waiting.push(...pids);
  };
  for (const id of ledBefore) follow(id);
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const stat = processes.get(pid);
    if (stat === undefined || members.has(pid)) continue;
    members.set(pid, stat);
    waiting.push(...(near.children.get(pid) ?? []));
    follow(pid);
  }
  return { members, led };
};

interface Neighbours {
  readonly children: ReadonlyMap<number, readonly number[]>;
  /** By the id of a process group or of a session; both are the pid of their leader. */
  readonly inGroup: ReadonlyMap<number, readonly number[]>;
}

const neighbours = (processes: ReadonlyMap<number, ProcessStat>): Neighbours => {
  const children = new Map<number, number[]>();
  const inGroup = new Map<number, number[]>();
  for (const { pid, parent, group, session } of processes.values()) {
    push(children, parent, pid);
    push(inGroup, group, pid);
    if (session !== group) push(inGroup, session, pid);
  }
  return { children, inGroup };
};

const push = (lists: Map<number, number[]>, key: number, value: number): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
};
