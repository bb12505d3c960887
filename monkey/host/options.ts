/** The parts of the agent's own configuration that say how this machine is measured and known. Files are absolute. */

/**
 * Which processes are meant; the first of these that is given counts.
 * - `cgroup`: those of a control group, which anybody may see. The way for systemd: a service has one of its own.
 * - `pidFile`: the process whose number the file holds, and all that belong to it. The way for the local cloud.
 * - `environment`: those started with this variable, written `NAME=value`, and all that belong to them.
 * - `port`: those that listen there and their children; only where agent and app have the same user.
 * - `pid`: a process whose number is known, and all that belong to it.
 */
export interface ProcessSelector {
  readonly cgroup?: string | undefined;
  readonly pidFile?: string | undefined;
  readonly environment?: string | undefined;
  readonly port?: number | undefined;
  readonly pid?: number | undefined;
}

/** What the share of CPU is measured of: the whole machine, a control group, or a process and all that belong to it. */
export interface CpuOptions extends ProcessSelector {
  readonly source: 'host' | 'cgroup' | 'process-tree';
  /** How many CPUs the node counts as its own, where it is not the whole machine; without it, as many as it may use. */
  readonly cpus?: number | undefined;
}

/** Where the kernel is to be found: recordings of /proc and /sys/fs/cgroup serve as well. */
export interface KernelRoots {
  readonly procRoot: string;
  readonly cgroupRoot: string;
}

export const rootsOf = ({ procRoot = '/proc', cgroupRoot = '/sys/fs/cgroup' }: Partial<KernelRoots>): KernelRoots => ({
  procRoot,
  cgroupRoot,
});
