/** `monkey collect` as a process of its own, so that its CPU and memory are its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { cpuMsOf } from '../cpu-of.ts';
import type { SshHosts } from './ssh-hosts.ts';

/** One round, and what the process had taken by its end. */
export interface Round {
  readonly tookMs: number;
  readonly read: number;
  readonly failed: readonly { readonly host: string; readonly because: string }[];
  /** CPU since the process began. */
  readonly cpuMs: number;
  readonly rssMiB: number;
  /** The most that it ever had. */
  readonly peakMiB: number;
}

export interface Ordered {
  readonly ssh: SshHosts;
  readonly hosts: readonly string[];
  readonly rounds: number;
  readonly flags?: readonly string[];
  readonly signal: AbortSignal;
}

/** As infra/systemd/doctor-monkey-collect.service starts it. */
const flagsOfUnit = ['--single-threaded-gc', '--max-old-space-size=256'];

/** Runs so many rounds and ends it. */
export const collectRounds = async ({ ssh, hosts, rounds, flags = [], signal }: Ordered): Promise<readonly Round[]> => {
  const monkey = new URL('./monkey.js', import.meta.url).pathname;
  const login = ['-u', ssh.user, '-i', ssh.key, '--known-hosts', ssh.knownHosts, '-F', 'none'];
  const file = join(dirname(ssh.key), 'hosts');
  await writeFile(file, hosts.join('\n'));
  const to = ['--statsd', `127.0.0.1:${ssh.statsd.port}`, '--json'];
  const child = spawn(
    process.execPath,
    [...flagsOfUnit, monkey, 'collect', ...login, ...to, '--hosts-file', file, ...flags],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
      signal,
    },
  );
  const ended = once(child, 'close');
  const all: Round[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const told = JSON.parse(line) as Round & { readonly kind: string };
      if (told.kind !== 'round') continue;
      all.push({ ...told, ...(await takenBy(child.pid ?? 0)) });
      if (all.length === rounds) break;
    }
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  if (all.length < rounds) throw new Error(`monkey collect ended after ${all.length} of ${rounds} rounds`);
  return all;
};

const takenBy = async (pid: number): Promise<Pick<Round, 'cpuMs' | 'rssMiB' | 'peakMiB'>> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024;
  return { cpuMs: await cpuMsOf(pid), rssMiB: mib('VmRSS'), peakMiB: mib('VmHWM') };
};

/** Whose absence spoils a number. */
export const failuresText = (failed: Round['failed']): string =>
  failed.length === 0 ? '' : `; ${failed.length} failed, the first: ${failed[0]?.host}: ${failed[0]?.because}`;
