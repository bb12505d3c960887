import { readIfThere, readKernelFile } from '../proc/read.ts';
import { pressureIn } from '../vitals/pressure.ts';
import type { Cgroup } from './cgroup.ts';
import { parseCpuList, parseCpuMax, parseCpuStat, parseOomKills } from './files.ts';
import { eachOf, lineage, pidsBelow } from './lineage.ts';
import { memoryIn } from './memory.ts';

/** Version 2: one hierarchy, where a group's folder holds the files of all its controllers. */
export const versionTwo = (root: string, parts: readonly string[]): Cgroup => {
  const folders = lineage(root, parts);
  const own = [root, ...parts].join('/');
  return {
    usedMs: () => parseCpuStat(readKernelFile(`${own}/cpu.stat`)),
    limitsInCores: () => [
      ...eachOf(folders, (folder) => parseCpuMax(readIfThere(`${folder}/cpu.max`) ?? '')),
      ...eachOf(folders, (folder) => parseCpuList(readIfThere(`${folder}/cpuset.cpus.effective`) ?? '')),
    ],
    pids: () => pidsBelow(own),
    memory: (host) =>
      memoryIn(host, {
        current: readIfThere(`${own}/memory.current`),
        limits: folders.map((folder) => readIfThere(`${folder}/memory.max`)),
        stat: readIfThere(`${own}/memory.stat`),
      }),
    oomKills: () => parseOomKills(readKernelFile(`${own}/memory.events`)),
    pressure: () => pressureIn((resource) => `${own}/${resource}.pressure`),
  };
};
