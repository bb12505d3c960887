import { existsSync } from 'node:fs';
import type { Cgroup } from './cgroup.ts';
import { versionOne } from './version-one.ts';
import { versionTwo } from './version-two.ts';

/**
 * The group of a path, which is written as /proc/PID/cgroup shows it or as a folder below the mount point. Where
 * controllers stand in hierarchies of their own it is version 1, and the group is looked for in each of them.
 */
export const openCgroup = (root: string, path: string): Cgroup => {
  const below = path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : path;
  const parts = below.split('/').filter((part) => part !== '');
  if (existsSync(`${root}/cgroup.controllers`)) return versionTwo(root, parts);
  const [first = ''] = parts;
  return versionOne(root, path !== below && isHierarchy(first) ? parts.slice(1) : parts);
};

/** Folders of hierarchies are called after their controllers, one or several; a group may be called anything else. */
const isHierarchy = (name: string): boolean =>
  name.split(',').every((part) => ['cpu', 'cpuacct', 'cpuset', 'memory', 'systemd', 'pids', 'unified'].includes(part));
