import { openCgroup } from '../cgroup/open.ts';
import { found, type Select } from './selected.ts';

/** The processes of a control group and of the groups in it. */
export const groupProcesses = (path: string, cgroupRoot: string): Select => {
  const group = openCgroup(cgroupRoot, path);
  return async ({ processes }) =>
    found(
      group.pids().filter((pid) => processes.has(pid)),
      `the control group ${path} has no process`,
    );
};
