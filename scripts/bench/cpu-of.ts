import { readFile } from 'node:fs/promises';

/** What a process has taken of the CPU so far, in milliseconds: utime and stime of /proc/PID/stat, in ticks of 10 ms. */
export const cpuMsOf = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold anything; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};
