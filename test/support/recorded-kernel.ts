/** A folder that looks like the /proc and /sys/fs/cgroup of a machine, for tests that need exact numbers. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface RecordedProcess {
  readonly pid: number;
  readonly parent?: number;
  readonly group?: number;
  readonly session?: number;
  readonly command?: string;
  /** User and system time, in ticks of 10 ms. */
  readonly ticks?: number;
  readonly childTicks?: number;
  readonly startTicks?: number;
  readonly rssPages?: number;
  /** Ticks by thread id; without it there is the main thread only. */
  readonly threads?: Readonly<Record<number, number>>;
  readonly environment?: readonly string[];
  /** Inodes of sockets that it holds open. */
  readonly sockets?: readonly number[];
}

export interface RecordedKernel {
  readonly procRoot: string;
  readonly cgroupRoot: string;
  /** All processes from now on; those of before have ended. */
  readonly processes: (all: readonly RecordedProcess[]) => void;
  readonly proc: (path: string, text: string) => void;
  readonly cgroup: (path: string, text: string) => void;
  readonly uptime: (seconds: number) => void;
  readonly remove: () => void;
}

/** A line as kernel 6.1 writes it; fields that nobody reads are as they were recorded. */
export const statLine = (process: RecordedProcess, ticks = process.ticks ?? 0, id = process.pid): string => {
  const { parent = 1, group = process.pid, session = group, command = 'node', childTicks = 0 } = process;
  const { startTicks = 1_000, rssPages = 12_000 } = process;
  const system = Math.floor(ticks / 4);
  return [
    `${id} (${command}) S ${parent} ${group} ${session} 0 -1 4194304 16254 0 3 0`,
    `${ticks - system} ${system} ${childTicks} 0 20 0 11 0 ${startTicks} 1188524032 ${rssPages}`,
    '18446744073709551615 4194304 28771429 140727433163392 0 0 0 0 4096 134234626 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n',
  ].join(' ');
};

export const recordedKernel = (): RecordedKernel => {
  const root = mkdtempSync(join(tmpdir(), 'recorded-kernel-'));
  const write = (folder: string) => (path: string, text: string) => {
    const file = join(root, folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const proc = write('proc');
  const known = new Set<number>();
  const kernel: RecordedKernel = {
    procRoot: join(root, 'proc'),
    cgroupRoot: join(root, 'cgroup'),
    proc,
    cgroup: write('cgroup'),
    uptime: (seconds) => proc('uptime', `${seconds.toFixed(2)} ${(seconds * 1.7).toFixed(2)}\n`),
    processes: (all) => {
      for (const pid of known) rmSync(join(root, 'proc', String(pid)), { recursive: true, force: true });
      known.clear();
      for (const process of all) {
        known.add(process.pid);
        writeProcess(root, proc, process);
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  kernel.uptime(100);
  proc('meminfo', 'MemTotal:        8000000 kB\nMemFree:          100000 kB\nMemAvailable:    6000000 kB\n');
  return kernel;
};

const writeProcess = (root: string, proc: RecordedKernel['proc'], process: RecordedProcess): void => {
  const { pid, threads = { [pid]: process.ticks ?? 0 }, environment = [], sockets = [] } = process;
  proc(`${pid}/stat`, statLine(process));
  proc(`${pid}/environ`, environment.map((entry) => `${entry}\0`).join(''));
  for (const [thread, ticks] of Object.entries(threads))
    proc(`${pid}/task/${thread}/stat`, statLine(process, ticks, Number(thread)));
  mkdirSync(join(root, 'proc', String(pid), 'fd'), { recursive: true });
  for (const [index, inode] of sockets.entries())
    symlinkSync(`socket:[${inode}]`, join(root, 'proc', String(pid), 'fd', String(index + 3)));
};
