import type { Gauge } from '../gauge.ts';
import { commandName, distinctNames } from './names.ts';

/** What a gauge is called: its host, its command, and its pid where it has one. */
export interface SeriesName {
  readonly host: string;
  readonly command: string;
  readonly pid: number | null;
}

/**
 * Names for the gauges of one round.
 *
 * @param hosts all that were asked, also those that failed: a host must not change its name when another falls silent
 */
export const seriesNames = (
  gauges: readonly Gauge[],
  hosts: readonly string[],
  nameOfHost: (host: string) => string,
): ((gauge: Gauge) => SeriesName) => {
  const hostNames = distinctNames([...hosts, ...gauges.map(({ host }) => host)], nameOfHost);
  const addedUp = namesOfAddedUp(gauges);
  const ofProcesses = new Map<string, string>();
  // The pid keeps processes apart, so their commands need not be told apart by name.
  const ofProcess = (command: string): string => {
    const name = ofProcesses.get(command) ?? commandName(command);
    ofProcesses.set(command, name);
    return name;
  };
  return ({ host, command, pid }) => ({
    host: hostNames.get(host) ?? nameOfHost(host),
    command: pid === null ? (addedUp.get(host)?.get(command) ?? commandName(command)) : ofProcess(command),
    pid,
  });
};

/** Of each host, what its commands are called where they are added up and nothing but the name keeps them apart. */
const namesOfAddedUp = (gauges: readonly Gauge[]): ReadonlyMap<string, ReadonlyMap<string, string>> => {
  const commandsOf = new Map<string, Set<string>>();
  for (const { host, command, pid } of gauges) {
    if (pid !== null) continue;
    const commands = commandsOf.get(host) ?? new Set();
    commandsOf.set(host, commands.add(command));
  }
  return new Map([...commandsOf].map(([host, commands]) => [host, distinctNames(commands, commandName)]));
};
