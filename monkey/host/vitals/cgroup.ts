import { existsSync } from 'node:fs';
import type { Measured, MemoryVitals } from '../../doctor/vitals/vitals.ts';
import { readIfThere, readKernelFile } from '../proc/read.ts';
import {
  parseCfsQuota,
  parseCpuacctUsage,
  parseCpuList,
  parseCpuMax,
  parseCpuStat,
  parseInactiveFile,
  parseLimit,
} from './cgroup-files.ts';
import { memoryOf } from './memory.ts';
import { unknown } from './meter.ts';

/** A control group, of either version, read anew at each call. What has to be there and is not throws Unreadable. */
export interface Cgroup {
  /** CPU time that its processes, past and present, have used. */
  readonly usedMs: () => number | undefined;
  /** What limits it, in cores: its quota and its ancestors', and the CPUs that it may run on. */
  readonly limitsInCores: () => readonly number[];
  readonly pids: () => readonly number[];
  /** `host` is the machine's memory: what it has at most, where nothing limits it further. */
  readonly memory: (host: Measured<MemoryVitals>) => Measured<MemoryVitals>;
}

/** The group of this path in the hierarchy that the machine has: v2 where it is the only one, else v1. */
export const openCgroup = (root: string, path: string): Cgroup =>
  existsSync(`${root}/cgroup.controllers`) ? versionTwo(root, path) : versionOne(root, path);

const versionTwo = (root: string, path: string): Cgroup => {
  const lineage = ancestors(path).map((group) => `${root}${group}`);
  const [own = root] = lineage;
  return {
    usedMs: () => parseCpuStat(readKernelFile(`${own}/cpu.stat`)),
    limitsInCores: () => [
      ...each(lineage, (group) => parseCpuMax(readIfThere(`${group}/cpu.max`) ?? '')),
      ...each(lineage, (group) => parseCpuList(readIfThere(`${group}/cpuset.cpus.effective`) ?? '')),
    ],
    pids: () => pidsIn(readIfThere(`${own}/cgroup.procs`)),
    memory: (host) =>
      memoryIn(
        host,
        readIfThere(`${own}/memory.current`),
        lineage.map((group) => readIfThere(`${group}/memory.max`)),
        readIfThere(`${own}/memory.stat`),
      ),
  };
};

const versionOne = (root: string, path: string): Cgroup => {
  const lineage = (controller: string): readonly string[] =>
    ancestors(path).map((group) => `${root}/${controller}${group}`);
  const own = (controller: string, file: string): string => `${root}/${controller}${trimmed(path)}/${file}`;
  return {
    usedMs: () => parseCpuacctUsage(readKernelFile(own('cpuacct', 'cpuacct.usage'))),
    limitsInCores: () => [
      ...each(lineage('cpu'), (group) =>
        parseCfsQuota(readIfThere(`${group}/cpu.cfs_quota_us`) ?? '', readIfThere(`${group}/cpu.cfs_period_us`) ?? ''),
      ),
      ...each(lineage('cpuset'), (group) => parseCpuList(readIfThere(`${group}/cpuset.cpus`) ?? '')),
    ],
    pids: () => pidsIn(readIfThere(own('cpuacct', 'cgroup.procs'))),
    memory: (host) =>
      memoryIn(
        host,
        readIfThere(own('memory', 'memory.usage_in_bytes')),
        lineage('memory').map((group) => readIfThere(`${group}/memory.limit_in_bytes`)),
        readIfThere(own('memory', 'memory.stat')),
      ),
  };
};

const trimmed = (path: string): string => path.replace(/\/+$/, '');

/** The group itself first, the root (as an empty string) last: a limit of any of them holds. */
const ancestors = (path: string): readonly string[] => {
  const parts = path.split('/').filter((part) => part !== '');
  return [...parts.map((_part, index) => `/${parts.slice(0, parts.length - index).join('/')}`), ''];
};

const each = (groups: readonly string[], read: (group: string) => number | undefined): readonly number[] =>
  groups.map(read).filter((cores) => cores !== undefined);

const pidsIn = (text: string | undefined): readonly number[] =>
  (text ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);

const memoryIn = (
  host: Measured<MemoryVitals>,
  current: string | undefined,
  limits: readonly (string | undefined)[],
  stat: string | undefined,
): Measured<MemoryVitals> => {
  const usedBytes = Number.parseInt(current ?? '', 10);
  if (!Number.isFinite(usedBytes)) return unknown('the control group does not say how much memory it uses');
  if (host.kind === 'unknown') return host;
  const bounds = limits.map((limit) => parseLimit(limit ?? '')).filter((limit) => limit !== undefined);
  return memoryOf(usedBytes - parseInactiveFile(stat ?? ''), Math.min(host.totalBytes, ...bounds));
};
