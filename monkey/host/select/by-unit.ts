import { readdirSync } from 'node:fs';
import { readIfThere } from '../proc/read.ts';
import { found, type Select } from './select.ts';

const maxGroups = 100;

/**
 * The processes of a systemd unit: those of its control group and of the groups in it. Systemd has a hierarchy of
 * its own under v1, and under v2 the only one there is; an instance of a template stands in a slice of the template.
 */
export const unitProcesses =
  (unit: string, cgroupRoot: string): Select =>
  async ({ processes }) => {
    const pids = groupsOf(unit)
      .flatMap((group) => [`${cgroupRoot}/${group}`, `${cgroupRoot}/systemd/${group}`])
      .flatMap((folder) => processesIn(folder));
    return found(
      [...new Set(pids)].filter((pid) => processes.has(pid)),
      `the unit ${unit} has no process`,
    );
  };

const groupsOf = (unit: string): readonly string[] => {
  const at = unit.indexOf('@');
  const template = at < 0 ? undefined : unit.slice(0, at).replaceAll('-', '\\x2d');
  return [`system.slice/${unit}`, ...(template === undefined ? [] : [`system.slice/system-${template}.slice/${unit}`])];
};

const processesIn = (folder: string): readonly number[] => {
  const pids: number[] = [];
  const waiting = [folder];
  for (let groups = 0; groups < maxGroups; groups += 1) {
    const group = waiting.pop();
    if (group === undefined) break;
    const lines = (readIfThere(`${group}/cgroup.procs`) ?? '').split('\n').filter((line) => line !== '');
    pids.push(...lines.map(Number));
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
