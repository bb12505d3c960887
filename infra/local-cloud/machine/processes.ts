import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** How the processes of one machine are told from all others. */
export interface Belonging {
  /** Stands in the environment of whatever the machine started. */
  readonly marker: string;
  /** The machine's folder: a process that works in it belongs to it, even if it threw its environment away. */
  readonly folder: string;
  /** The machine's process group and session, while it has one. */
  readonly group: number | undefined;
}

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/**
 * The living processes of a machine: its group and its session, those that carry its marker or work in its folder,
 * and whatever descends from any of these. So a grandchild that made a session of its own, or dropped its
 * environment, is still found. Empty where there is no /proc.
 */
export const processesOf = (belonging: Belonging): readonly number[] => {
  const all = livingProcesses();
  const ours = new Set(all.filter((seen) => belongs(seen, belonging)).map(({ pid }) => pid));
  let found = -1;
  while (found !== ours.size) {
    found = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  ours.delete(process.pid);
  return [...ours];
};

const livingProcesses = (): readonly Seen[] =>
  pids().flatMap((pid) => {
    const stat = readOrNothing(`/proc/${pid}/stat`);
    // The name stands in brackets and may itself hold brackets and blanks: proc(5).
    const [state, parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const dead = state === undefined || state === '' || state === 'Z' || state === 'X';
    return dead ? [] : [{ pid, parent: Number(parent), group: Number(group), session: Number(session) }];
  });

const pids = (): readonly number[] => {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid > 1);
  } catch {
    return [];
  }
};

const belongs = ({ pid, group, session }: Seen, ours: Belonging): boolean => {
  if (pid === process.pid) return false;
  if (ours.group !== undefined && (group === ours.group || session === ours.group)) return true;
  return readOrNothing(`/proc/${pid}/environ`).split('\0').includes(ours.marker) || worksIn(pid, ours.folder);
};

const worksIn = (pid: number, folder: string): boolean => {
  try {
    const place = readlinkSync(`/proc/${pid}/cwd`);
    return place === folder || place.startsWith(`${folder}/`);
  } catch {
    return false;
  }
};

/** Processes end while we read, and some are not ours to read. */
const readOrNothing = (file: string): string => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
};
