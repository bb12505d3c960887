/** The memory of a whole fleet by command, added up as hosts answer. */
import { hostOf } from './gauges-of.ts';
import type { HostProcesses } from './host-answer.ts';

/** All processes of one command, over all hosts that have answered. */
export interface CommandTotal {
  readonly command: string;
  /** Added up over processes: pages that they share count once for each. */
  readonly rssKib: number;
  readonly hosts: number;
  readonly processes: number;
  /** The one process that holds the most. */
  readonly biggest: { readonly host: string; readonly pid: number; readonly rssKib: number };
}

export interface FleetMemory {
  /** Each host once: of one that was named with two users, what both see together. */
  readonly add: (answer: HostProcesses) => void;
  /** The biggest commands first; of equal ones by name, so that the order is the same each time. */
  readonly top: (most: number) => readonly CommandTotal[];
  readonly rssKib: () => number;
  readonly commands: () => number;
}

/** More than a fleet has; where hosts make up names, the rest is added up as one. */
const mostCommands = 20_000;
const others = '(other commands)';

export const newFleetMemory = (most = mostCommands): FleetMemory => {
  const totals = new Map<string, CommandTotal>();
  let rssKib = 0;
  return {
    add: (answer) => {
      const host = hostOf(answer.target);
      const seen = new Set<string>();
      for (const { command: named, pid, rssKib: ofProcess } of answer.processes) {
        const command = totals.has(named) || totals.size < most ? named : others;
        const isFirst = !seen.has(command);
        seen.add(command);
        rssKib += ofProcess;
        totals.set(command, grown(totals.get(command), command, { host, pid, rssKib: ofProcess }, isFirst));
      }
    },
    top: (biggest) => [...totals.values()].sort(inOrder).slice(0, biggest),
    rssKib: () => rssKib,
    commands: () => totals.size,
  };
};

const grown = (
  total: CommandTotal | undefined,
  command: string,
  process: CommandTotal['biggest'],
  isFirstOfHost: boolean,
): CommandTotal => ({
  command,
  rssKib: (total?.rssKib ?? 0) + process.rssKib,
  hosts: (total?.hosts ?? 0) + (isFirstOfHost ? 1 : 0),
  processes: (total?.processes ?? 0) + 1,
  biggest: total !== undefined && total.biggest.rssKib >= process.rssKib ? total.biggest : process,
});

const inOrder = (one: CommandTotal, other: CommandTotal): number =>
  other.rssKib - one.rssKib || (one.command < other.command ? -1 : 1);
