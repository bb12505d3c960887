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
 * @param hosts all that were asked, also those that failed: a host must not change its name when another falls silent.
 *   The same array for all parts of a round, so that its names are made once.
 */
export const seriesNames = (
  gauges: readonly Gauge[],
  hosts: readonly string[],
  nameOfHost: (host: string) => string,
): ((gauge: Gauge) => SeriesName) => {
  const hostNames = namesOfHosts(gauges, hosts, nameOfHost);
  const addedUp = namesOfAddedUp(gauges);
  // Where there is a pid it keeps processes apart, so their commands need not be told apart by name.
  return ({ host, command, pid }) => ({
    host: hostNames.get(host) ?? nameOfHost(host),
    command: (pid === null ? addedUp.get(host)?.get(command) : undefined) ?? commandName(command),
    pid,
  });
};

/**
 * Remembered for as long as the list of hosts is: a fleet's gauges come in as many parts as it has hosts, and to name
 * 10,000 hosts for each of 10,000 parts would take minutes.
 */
const namesOfHosts = (
  gauges: readonly Gauge[],
  hosts: readonly string[],
  nameOfHost: (host: string) => string,
): ReadonlyMap<string, string> => {
  const remembered = remembers.get(nameOfHost) ?? new WeakMap<readonly string[], ReadonlyMap<string, string>>();
  remembers.set(nameOfHost, remembered);
  const known = remembered.get(hosts) ?? distinctNames(hosts, nameOfHost);
  remembered.set(hosts, known);
  const unlisted = new Set<string>();
  for (const { host } of gauges) if (!known.has(host)) unlisted.add(host);
  return unlisted.size === 0 ? known : distinctNames([...hosts, ...unlisted], nameOfHost);
};

const remembers = new WeakMap<(host: string) => string, WeakMap<readonly string[], ReadonlyMap<string, string>>>();

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
