/** What stands in the files of a control group. Sources: cgroup-v1/cpuacts.rst and cgroup-v2.rst of the kernel. */

/** v2, `cpu.stat`: CPU time used, in milliseconds; undefined where it does not say. */
export const parseCpuStat = (text: string): number | undefined => {
  const [, microseconds] = /^usage_usec (\d+)$/m.exec(text) ?? [];
  return microseconds === undefined ? undefined : Number(microseconds) / 1_000;
};

/** v2, `cpu.max`: how many cores' worth of time the group may use; undefined where it is not limited. */
export const parseCpuMax = (text: string): number | undefined => {
  const [quota, period] = text.trim().split(/\s+/);
  return cores(Number(quota), Number(period));
};

/** v1, `cpu.cfs_quota_us` and `cpu.cfs_period_us`: the same; a quota of -1 is no limit. */
export const parseCfsQuota = (quota: string, period: string): number | undefined =>
  cores(Number.parseInt(quota, 10), Number.parseInt(period, 10));

const cores = (quota: number, period: number): number | undefined =>
  Number.isFinite(quota) && quota > 0 && period > 0 ? quota / period : undefined;

/** v1, `cpuacct.usage`: CPU time used, in milliseconds; undefined where it does not say. */
export const parseCpuacctUsage = (text: string): number | undefined =>
  /^\d+\s*$/.test(text) ? Number(text) / 1_000_000 : undefined;

/** A list of CPUs like `0-3,8`: how many they are; undefined where it names none. */
export const parseCpuList = (text: string): number | undefined => {
  let count = 0;
  for (const part of text.trim().split(',')) {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    count += Number(last ?? first) - Number(first) + 1;
  }
  return count > 0 ? count : undefined;
};

/** A limit in bytes; undefined where there is none: v2 says `max`, v1 a number beyond all memory. */
export const parseLimit = (text: string): number | undefined => {
  const bytes = Number.parseInt(text, 10);
  return Number.isFinite(bytes) && bytes < 2 ** 60 ? bytes : undefined;
};

/** `memory.stat`: bytes of files that were read and not used since: the kernel takes them back before it needs memory. */
export const parseInactiveFile = (text: string): number => {
  const [, total] = /^total_inactive_file (\d+)$/m.exec(text) ?? /^inactive_file (\d+)$/m.exec(text) ?? [];
  return Number(total ?? 0);
};

/** `memory.events` of v2 and `memory.oom_control` of v1: processes ever killed for want of memory. */
export const parseOomKills = (text: string): number | undefined => {
  const [, kills] = /^oom_kill (\d+)$/m.exec(text) ?? [];
  return kills === undefined ? undefined : Number(kills);
};
