import { numbersIn, readIfThere } from '../proc/read.ts';
import { isSame, type ProcessStat, parseStat } from '../proc/stat.ts';
import { treeOf } from '../proc/tree.ts';
import type { KernelUnits } from '../proc/units.ts';
import type { Select } from '../select/selected.ts';
import { firstCall, type Round, type Share, shareOf, unknown } from './meter.ts';

/** More threads than this are not looked at: they would be a sickness of their own. */
const maxThreads = 4_096;

interface Sample {
  readonly threads: ReadonlyMap<number, ProcessStat>;
  readonly atMs: number;
  readonly atTicks: number;
}

/** Share of one core that the busiest thread of the app took since the last call. A Node process runs on one. */
export const busiestThread = (
  find: Select,
  procRoot: string,
  { ticksPerSecond }: KernelUnits,
): ((round: Round, signal: AbortSignal) => Promise<Share>) => {
  let before: Sample | undefined;
  let led: ReadonlySet<number> = new Set();
  return async (round, signal) => {
    const table = round.processes();
    const selected = await find(table, signal);
    if (selected.kind === 'none') {
      before = undefined;
      return unknown(selected.because);
    }
    const tree = treeOf(table.processes, selected.pids, led);
    led = tree.led;
    const atTicks = Math.floor(table.uptimeSeconds * ticksPerSecond);
    const now: Sample = { threads: threadsOf([...tree.members.keys()], procRoot), atMs: round.atMs, atTicks };
    const last = before;
    const share =
      last === undefined
        ? firstCall
        : shareOf((mostTicks(last, now) * 1_000) / ticksPerSecond, now.atMs - last.atMs, 1);
    if (last === undefined || share.kind === 'measured') before = now;
    return share;
  };
};

const threadsOf = (pids: readonly number[], procRoot: string): ReadonlyMap<number, ProcessStat> => {
  const threads = new Map<number, ProcessStat>();
  for (const pid of pids)
    for (const thread of numbersIn(`${procRoot}/${pid}/task`)) {
      if (threads.size >= maxThreads) return threads;
      const stat = parseStat(readIfThere(`${procRoot}/${pid}/task/${thread}/stat`) ?? '');
      if (stat !== undefined) threads.set(thread, stat);
    }
  return threads;
};

const mostTicks = (before: Sample, now: Sample): number =>
  Math.max(0, ...[...now.threads.values()].map((thread) => gained(before, thread)));

/** What a thread of a process that came to the app later had used before is not counted. */
const gained = (before: Sample, thread: ProcessStat): number => {
  const last = before.threads.get(thread.pid);
  if (last !== undefined && isSame(thread, last)) return thread.ticks - last.ticks;
  return thread.startTicks >= before.atTicks ? thread.ticks : 0;
};
