/*
 * INVARIANTS
 * - Never more than 64 KiB: at most 20 lines a list, each with a command of at most 64 characters.
 * - Names of programs only: arguments and environments may hold secrets, and are not even read.
 */
import { loadavg } from 'node:os';
import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import { messageOf } from '../../pool/thrown.ts';
import { within } from '../../pool/within.ts';
import type { Evidence, EvidenceSource, ProcessLine } from '../doctor/ports/evidence.ts';
import { type NodeProcesses, nodeProcesses } from './node-processes.ts';
import { type CpuOptions, type KernelRoots, rootsOf } from './options.ts';
import { readProcesses } from './proc/processes.ts';
import { programOf } from './proc/program.ts';
import { isSame, type ProcessStat } from './proc/stat.ts';
import { type KernelUnits, kernelUnits } from './proc/units.ts';

export interface ProcEvidenceOptions extends Partial<KernelRoots> {
  /** What the node's CPU is measured of: evidence is taken of the same processes. */
  readonly cpu: CpuOptions;
}

const linesAtMost = 20;
const commandAtMost = 64;
const sampleMs = 1_000;

/** Takes evidence from /proc: which programs use the CPU and the memory right now. */
export const procEvidence = (options: ProcEvidenceOptions, { clock }: { readonly clock: Clock }): EvidenceSource => {
  const roots = rootsOf(options);
  const ours = nodeProcesses(options.cpu, roots);
  return {
    take: async (limits) => {
      const units = kernelUnits(roots.procRoot);
      const seen: Seen = { missing: [] };
      const look = (signal: AbortSignal): Promise<void> => lookTwice(seen, roots.procRoot, ours, clock, limits, signal);
      await within(limits, look).catch((error: unknown) => {
        seen.missing.push(messageOf(error));
      });
      return named(evidenceOf(seen, units), roots.procRoot);
    },
  };
};

interface Sample {
  readonly processes: ReadonlyMap<number, ProcessStat>;
  readonly atMs: number;
  readonly uptimeSeconds: number;
}
interface Seen {
  first?: Sample;
  second?: Sample;
  readonly missing: string[];
}
/** CPU shares need two looks: a second apart, or half of the time there is. */
const lookTwice = async (
  seen: Seen,
  procRoot: string,
  ours: NodeProcesses,
  clock: Clock,
  limits: Limits,
  signal: AbortSignal,
): Promise<void> => {
  const look = async (): Promise<Sample> => {
    const atMs = clock.monotonicMs();
    const table = readProcesses(procRoot);
    return { processes: await ours(table, signal), atMs, uptimeSeconds: table.uptimeSeconds };
  };
  seen.first = await look();
  await clock.sleep(Math.min(sampleMs, limits.deadlineMs / 2), signal);
  if (!signal.aborted) seen.second = await look();
};

const evidenceOf = ({ first, second, missing }: Seen, units: KernelUnits): Evidence => {
  const latest = [...((second ?? first)?.processes.values() ?? [])];
  const lines = latest.map((stat) => lineOf(stat, cpuShare(stat, first, second, units), units));
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    topByCpu: second === undefined ? [] : top(lines, ({ cpuShare }) => cpuShare),
    topByMemory: top(lines, ({ rssBytes }) => rssBytes),
    load: [one, five, fifteen],
    missing: [
      ...missing,
      ...(first === undefined ? ['memory by process'] : []),
      ...(second === undefined ? ['CPU by process: it takes two looks'] : []),
    ],
  };
};

const named = (evidence: Evidence, procRoot: string): Evidence => {
  const name = (line: ProcessLine): ProcessLine => ({
    ...line,
    command: programOf(line, procRoot)?.slice(0, commandAtMost) ?? line.command,
  });
  return { ...evidence, topByCpu: evidence.topByCpu.map(name), topByMemory: evidence.topByMemory.map(name) };
};

const top = (lines: readonly ProcessLine[], by: (line: ProcessLine) => number): readonly ProcessLine[] =>
  lines
    .filter((line) => by(line) > 0)
    .sort((one, other) => by(other) - by(one) || one.pid - other.pid)
    .slice(0, linesAtMost);

const lineOf = (stat: ProcessStat, cpuShare: number, { pageBytes }: KernelUnits): ProcessLine => ({
  pid: stat.pid,
  command: stat.command.replace(/[^\x20-\x7e]/g, '?').slice(0, commandAtMost),
  cpuShare,
  rssBytes: stat.rssPages * pageBytes,
});

const cpuShare = (
  stat: ProcessStat,
  first: Sample | undefined,
  second: Sample | undefined,
  { ticksPerSecond }: KernelUnits,
): number => {
  if (first === undefined || second === undefined || second.atMs <= first.atMs) return 0;
  const before = first.processes.get(stat.pid);
  const isNew = stat.startTicks >= Math.floor(first.uptimeSeconds * ticksPerSecond);
  const ticks = isSame(stat, before) ? stat.ticks - (before?.ticks ?? 0) : isNew ? stat.ticks : 0;
  return Math.max(0, (ticks / ticksPerSecond / (second.atMs - first.atMs)) * 1_000);
};
