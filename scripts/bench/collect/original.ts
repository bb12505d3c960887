/** A round over fifty hosts, ours beside the original's way: a process pool of eight over paramiko. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { CollectBench, Finding } from './bench.ts';
import { collectRounds, failuresText } from './command.ts';
import { processesEach, type SshHosts, withSshHosts } from './ssh-hosts.ts';

const count = 50;
const runs = 3;
const mostCpuMs = 20;

/** The original has no deadline. All hosts are one machine here, whose time is not the collector's. */
const oneRound = ['--interval', '1h', '--deadline', '60s'];

interface Cost {
  readonly seconds: number;
  readonly cpuMs: number;
}

export const besideTheOriginal = async ({ signal }: CollectBench): Promise<Finding> => {
  const missing = noParamiko();
  return withSshHosts(count, async (ssh) => {
    const lines: string[] = [];
    const cpus: number[] = [];
    let unread = 0;
    for (let run = 0; run < runs && !signal.aborted; run += 1) {
      if (missing === undefined) lines.push(lineOf("the original's way", await theirs(ssh, signal)));
      const [first] = await collectRounds({ ssh, hosts: ssh.hosts, rounds: 1, flags: oneRound, signal });
      if (first === undefined) throw new Error('no round');
      lines.push(lineOf('ours', { seconds: first.tookMs / 1_000, cpuMs: first.cpuMs }) + failuresText(first.failed));
      cpus.push(first.cpuMs / count);
      unread += first.failed.length;
    }
    const worst = Math.max(...cpus);
    return {
      lines: missing === undefined ? lines : [`the original's way was left out: ${missing}`, ...lines],
      missed: [
        ...(worst > mostCpuMs ? [`first round ${worst.toFixed(1)} ms of CPU a host, ${mostCpuMs} wanted`] : []),
        ...(unread > 0 ? [`first rounds: ${unread} hosts were not read`] : []),
      ],
    };
  });
};

const lineOf = (who: string, { seconds, cpuMs }: Cost): string =>
  `original, ${count} hosts of ${processesEach} processes, ${who}: ${seconds.toFixed(2)} s, ${(cpuMs / count).toFixed(1)} ms of CPU a host`;

const python = '/usr/bin/python3';

/** Why it can't run here; undefined where it can. Debian's package is installed where that is allowed. */
const noParamiko = (): string | undefined => {
  const works = (): boolean => spawnSync(python, ['-c', 'import paramiko'], { timeout: 30_000 }).status === 0;
  if (works()) return undefined;
  const options = ['-qq', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (process.getuid?.() === 0)
    spawnSync('apt-get', ['install', ...options, 'python3-paramiko'], { env, timeout: 180_000 });
  return works() ? undefined : 'python3-paramiko is not installed: apt-get install python3-paramiko';
};

const theirs = async ({ user, key, hosts }: SshHosts, signal: AbortSignal): Promise<Cost> => {
  const program = new URL('../scripts/bench/collect/original.py', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(python, [program, user, key, ...hosts], { signal });
  const told = JSON.parse(stdout) as { seconds: number; cpuSeconds: number; processes: number };
  if (told.processes !== count * processesEach) throw new Error(`it read ${told.processes} processes`);
  return { seconds: told.seconds, cpuMs: told.cpuSeconds * 1_000 };
};
