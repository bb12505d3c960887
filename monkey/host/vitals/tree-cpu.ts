import { busyTicks } from '../proc/busy-ticks.ts';
import type { ProcessTable } from '../proc/processes.ts';
import { type Tree, treeOf } from '../proc/tree.ts';
import type { KernelUnits } from '../proc/units.ts';
import type { Select, Selected } from '../select/selected.ts';
import { type CpuMeter, firstCall, type Round, type Share, shareOf, unknown } from './meter.ts';

interface Sample {
  readonly tree: Tree;
  readonly table: ProcessTable;
  readonly atMs: number;
}

/** CPU of a process and all that belong to it, as a share of `cpus`. */
export const treeCpu = (selects: Select, cpus: number, { ticksPerSecond }: KernelUnits): CpuMeter => {
  const find = once(selects);
  let before: Sample | undefined;

  const share = async (round: Round, signal: AbortSignal): Promise<Share> => {
    const selected = await find(round, signal);
    if (selected.kind === 'none') {
      before = undefined;
      return unknown(selected.because);
    }
    const table = round.processes();
    const now: Sample = { tree: treeOf(table.processes, selected.pids, before?.tree.led), table, atMs: round.atMs };
    const last = before;
    const measured = last === undefined ? firstCall : between(last, now, ticksPerSecond, cpus);
    // Asked again too soon, it goes on comparing with the older sample.
    if (last === undefined || measured.kind === 'measured') before = now;
    return measured;
  };

  const uptimeSeconds = async (round: Round, signal: AbortSignal): Promise<number> => {
    const selected = await find(round, signal);
    if (selected.kind === 'none') return 0;
    const { processes, uptimeSeconds: now } = round.processes();
    const started = selected.pids.map((pid) => processes.get(pid)?.startTicks ?? Number.POSITIVE_INFINITY);
    return Math.max(0, now - Math.min(...started) / ticksPerSecond);
  };
  return { share, uptimeSeconds };
};

const between = (before: Sample, now: Sample, ticksPerSecond: number, cpus: number): Share => {
  const beforeTicks = Math.floor(before.table.uptimeSeconds * ticksPerSecond);
  const ticks = busyTicks(before.tree.members, now.tree.members, beforeTicks);
  return shareOf((ticks * 1_000) / ticksPerSecond, now.atMs - before.atMs, cpus);
};

/** Selects once a round, however often it is asked. */
const once = (find: Select): ((round: Round, signal: AbortSignal) => Promise<Selected>) => {
  let last: { readonly round: Round; readonly selected: Promise<Selected> } | undefined;
  return (round, signal) => {
    if (last?.round !== round) last = { round, selected: find(round.processes(), signal) };
    return last.selected;
  };
};
