import { readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf } from '../../pool/thrown.ts';
import type {
  Holder,
  Listener,
  Powers,
  ProcessesFound,
  ProcessFacts,
  ProcessGlance,
  ProcessLook,
} from '../doctor/ports/process-look.ts';
import { type KernelRoots, type ProcessSelector, rootsOf } from './options.ts';
import { readProcesses } from './proc/processes.ts';
import { numbersIn, readIfThere } from './proc/read.ts';
import { listeningSockets, maySeeDescriptors, socketsHeldBy, tcpSockets } from './proc/sockets.ts';
import { type ProcessStat, parseStat } from './proc/stat.ts';
import { treeOf } from './proc/tree.ts';
import { select } from './select/select.ts';

/** Looks at processes in /proc. */
export const procLook = (options: Partial<KernelRoots> = {}): ProcessLook => {
  const { procRoot } = rootsOf(options);
  return {
    facts: (pid, signal) => factsOf(procRoot, pid, signal),
    powers: () => powersOf(procRoot),
    glance: (pid) => seenOf(procRoot, pid)?.glance,
    listenersOf: (pid, signal) => listenersOf(procRoot, pid, signal),
    holderOf: (port, signal) => holderOf(procRoot, port, signal),
  };
};

/** Finds the processes that are meant, with all that belong to them. Never throws. */
export const processesOf = (
  selector: ProcessSelector,
  options: Partial<KernelRoots> = {},
): ((signal: AbortSignal) => Promise<ProcessesFound>) => {
  const roots = rootsOf(options);
  return async (signal) => {
    try {
      const table = readProcesses(roots.procRoot);
      const selected = await select(selector, roots)(table, signal);
      return selected.kind === 'none'
        ? selected
        : { kind: 'found', pids: [...treeOf(table.processes, selected.pids).members.keys()] };
    } catch (error) {
      return { kind: 'none', because: messageOf(error) };
    }
  };
};

const factsOf = async (procRoot: string, pid: number, signal: AbortSignal): Promise<ProcessFacts | undefined> => {
  const folder = `${procRoot}/${pid}`;
  const words = async (name: string): Promise<readonly string[]> =>
    (await readFile(`${folder}/${name}`, { encoding: 'utf8', signal }).catch(() => '')).split('\0');
  const [argv, environment] = await Promise.all([words('cmdline'), words('environ')]);
  const seen = seenOf(procRoot, pid);
  if (seen === undefined) return undefined;
  const { glance, stat, status } = seen;
  return {
    ...glance,
    ticks: stat.ticks,
    program: glance.executable ?? basename(stat.command),
    ownPid: Number(field(status, 'NSpid')?.split('\t').at(-1) ?? pid),
    argv: argv.filter((word) => word !== ''),
    nodeOptions: environment.find((word) => word.startsWith('NODE_OPTIONS='))?.slice('NODE_OPTIONS='.length),
    uid: Number(field(status, 'Uid')?.split('\t')[1] ?? Number.NaN),
    network: sameNetwork(procRoot, folder),
  };
};

interface Seen {
  readonly glance: ProcessGlance;
  readonly stat: ProcessStat;
  readonly status: string;
}

/** All of it at once: nothing is awaited, so nothing comes between this and what follows it. */
const seenOf = (procRoot: string, pid: number): Seen | undefined => {
  const folder = `${procRoot}/${pid}`;
  const stat = parseStat(readIfThere(`${folder}/stat`) ?? '');
  const status = readIfThere(`${folder}/status`);
  // What has ended and was not waited for has nothing left to look at.
  if (stat === undefined || status === undefined || stat.state === 'Z' || stat.state === 'X') return undefined;
  const glance = {
    pid,
    startTicks: stat.startTicks,
    executable: linkOf(`${folder}/exe`)
      ?.replace(/ \(deleted\)$/, '')
      .split('/')
      .at(-1),
    catchesUsr1: (BigInt(`0x${field(status, 'SigCgt') ?? '0'}`) & usr1) !== 0n,
    isStopped: stat.state === 'T' || stat.state === 't',
  };
  return { glance, stat, status };
};

/** Signals are counted from one; SIGUSR1 is the tenth. */
const usr1 = 1n << 9n;

const field = (status: string, name: string): string | undefined =>
  new RegExp(`^${name}:\\t(.*)$`, 'm').exec(status)?.[1];

const linkOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

const sameNetwork = (procRoot: string, folder: string): ProcessFacts['network'] => {
  const theirs = linkOf(`${folder}/ns/net`);
  if (theirs === undefined) return 'unknown';
  return theirs === linkOf(`${procRoot}/self/ns/net`) ? 'ours' : 'another';
};

const powersOf = (procRoot: string): Powers => {
  const status = readIfThere(`${procRoot}/self/status`) ?? '';
  const paranoid = Number.parseInt(readIfThere(`${procRoot}/sys/kernel/perf_event_paranoid`) ?? '', 10);
  return {
    uid: Number(field(status, 'Uid')?.split('\t')[1] ?? Number.NaN),
    capabilities: BigInt(`0x${field(status, 'CapEff') ?? '0'}`),
    perfParanoid: Number.isNaN(paranoid) ? undefined : paranoid,
  };
};

const listenersOf = async (
  procRoot: string,
  pid: number,
  signal: AbortSignal,
): Promise<readonly Listener[] | undefined> => {
  const sockets = await listeningSockets(procRoot, signal);
  if (sockets === undefined || !maySeeDescriptors(procRoot, pid)) return undefined;
  const held = socketsHeldBy(procRoot, pid, new Set(sockets.map(({ inode }) => inode)));
  return sockets
    .filter(({ inode }) => held.has(inode))
    .map(({ localAddress, localPort, inode }) => ({ address: localAddress, port: localPort, inode }));
};

const listening = async (procRoot: string, port: number, signal: AbortSignal): Promise<ReadonlySet<number>> => {
  const sockets = (await tcpSockets(procRoot, port, signal)) ?? [];
  return new Set(
    sockets.filter(({ state, localPort }) => state === 'listening' && localPort === port).map(({ inode }) => inode),
  );
};

const holderOf = async (procRoot: string, port: number, signal: AbortSignal): Promise<Holder | undefined> => {
  const inodes = await listening(procRoot, port, signal);
  if (inodes.size === 0) return undefined;
  const pid = numbersIn(procRoot).find((process) => socketsHeldBy(procRoot, process, inodes).size > 0);
  if (pid === undefined) return {};
  const command = parseStat(readIfThere(`${procRoot}/${pid}/stat`) ?? '')?.command;
  const program = linkOf(`${procRoot}/${pid}/exe`)?.split('/').at(-1) ?? command;
  return { pid, ...(program === undefined ? {} : { program }) };
};
