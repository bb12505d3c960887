import { readIfThere, readKernelFile } from '../proc/read.ts';
import type { Cgroup } from './cgroup.ts';
import { parseCfsQuota, parseCpuacctUsage, parseCpuList, parseOomKills } from './files.ts';
import { eachOf, lineage, pidsBelow } from './lineage.ts';
import { memoryIn } from './memory.ts';

/** Version 1: a hierarchy for each controller, and the group has a folder in each of them. */
export const versionOne = (root: string, parts: readonly string[]): Cgroup => {
  const own = (controller: string): string => [root, controller, ...parts].join('/');
  const folders = (controller: string): readonly string[] => lineage(`${root}/${controller}`, parts);
  const quota = (folder: string): number | undefined =>
    parseCfsQuota(readIfThere(`${folder}/cpu.cfs_quota_us`) ?? '', readIfThere(`${folder}/cpu.cfs_period_us`) ?? '');
  return {
    usedMs: () => parseCpuacctUsage(readKernelFile(`${own('cpuacct')}/cpuacct.usage`)),
    limitsInCores: () => [
      ...eachOf(folders('cpu'), quota),
      ...eachOf(folders('cpuset'), (folder) => parseCpuList(readIfThere(`${folder}/cpuset.cpus`) ?? '')),
    ],
    pids: () => [...new Set(['cpuacct', 'systemd'].flatMap((hierarchy) => pidsBelow(own(hierarchy))))],
    memory: (host) =>
      memoryIn(host, {
        current: readIfThere(`${own('memory')}/memory.usage_in_bytes`),
        limits: folders('memory').map((folder) => readIfThere(`${folder}/memory.limit_in_bytes`)),
        stat: readIfThere(`${own('memory')}/memory.stat`),
      }),
    oomKills: () => parseOomKills(readKernelFile(`${own('memory')}/memory.oom_control`)),
    pressure: () => ({ kind: 'unknown', because: 'control groups of version 1 do not tell of pressure' }),
  };
};
