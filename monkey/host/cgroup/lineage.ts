import { readdirSync } from 'node:fs';
import { readIfThere } from '../proc/read.ts';

const maxGroups = 200;

/** The folders of a group and of all its ancestors up to the root, itself first: a limit of any of them holds. */
export const lineage = (root: string, parts: readonly string[]): readonly string[] =>
  Array.from({ length: parts.length + 1 }, (_, above) => [root, ...parts.slice(0, parts.length - above)].join('/'));

/** What each folder says; those that say nothing are left out. */
export const eachOf = (folders: readonly string[], read: (folder: string) => number | undefined): readonly number[] =>
  folders.map(read).filter((value) => value !== undefined);

/** Processes of a group and of the groups in it; of a very large family only the first 200. */
export const pidsBelow = (folder: string): readonly number[] => {
  const pids: number[] = [];
  const waiting = [folder];
  for (let groups = 0; groups < maxGroups; groups += 1) {
    const group = waiting.pop();
    if (group === undefined) break;
    const lines = (readIfThere(`${group}/cgroup.procs`) ?? '').split('\n');
    for (const line of lines) if (line !== '') pids.push(Number(line));
    waiting.push(...groupsIn(group));
  }
  return pids;
};

const groupsIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${folder}/${entry.name}`);
  } catch {
    return [];
  }
};
