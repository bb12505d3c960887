/** The fleet service by service. */
import type { ServerLine } from './judge.ts';
import type { EmptyService } from './reading.ts';
import { byName, inOrder } from './select.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface ServiceLine {
  /** Null: the servers whose service could not be read. */
  readonly service: string | null;
  readonly healthy: number;
  readonly unhealthy: number;
  readonly unknown: number;
  readonly total: number;
  /** Shares of 1, over the servers of which the value could be read; null where there is none. */
  readonly cpu: Spread | null;
  readonly memory: Spread | null;
}

/** By name, and last those servers whose service is not known. */
export const byService = (lines: readonly ServerLine[], empty: readonly EmptyService[] = []): readonly ServiceLine[] =>
  [...groupedWith(lines, empty)].map(([service, servers]) => ({
    service,
    healthy: servers.filter(({ status }) => status === 'healthy').length,
    unhealthy: servers.filter(({ status }) => status === 'unhealthy').length,
    unknown: servers.filter(({ status }) => status === 'unknown').length,
    total: servers.length,
    cpu: spreadOf(servers.flatMap(({ cpuShare }) => cpuShare ?? [])),
    memory: spreadOf(servers.flatMap(({ memoryShare }) => memoryShare ?? [])),
  }));

export interface ShortService {
  readonly service: string;
  readonly healthy: number;
  readonly total: number;
  /** Those of its servers that are not healthy. */
  readonly servers: readonly ServerLine[];
  /** Of a service without servers, so many nodes have left; otherwise 0. */
  readonly nodesLeft: number;
}

export interface Expected {
  readonly minHealthy: number;
  readonly named?: string | undefined;
  readonly empty?: readonly EmptyService[];
}

/**
 * Services with fewer healthy servers than `minHealthy`, also those whose nodes have all left. `named` is one that somebody
 * expects: it is short also where nothing of it is left at all, which nobody else could tell.
 */
export const shortServices = (
  lines: readonly ServerLine[],
  { minHealthy, named, empty = [] }: Expected,
): readonly ShortService[] => {
  const services = groupedWith(lines, empty);
  const asked = named === undefined ? [...services.keys()] : [named];
  return asked.flatMap((service) => {
    if (service === null) return [];
    const servers = services.get(service) ?? [];
    const bad = servers.filter(({ status }) => status !== 'healthy');
    const healthy = servers.length - bad.length;
    if (healthy >= minHealthy) return [];
    const nodesLeft = empty.find((one) => one.service === service)?.nodesLeft ?? 0;
    return [{ service, healthy, total: servers.length, servers: bad, nodesLeft }];
  });
};

export const servicesOf = (lines: readonly ServerLine[]): readonly string[] =>
  [...grouped(lines).keys()].filter((service) => service !== null);

const groupedWith = (
  lines: readonly ServerLine[],
  empty: readonly EmptyService[],
): ReadonlyMap<string | null, readonly ServerLine[]> => {
  const groups = grouped(lines);
  if (empty.length === 0) return groups;
  const names = [...groups.keys(), ...empty.map(({ service }) => service)];
  return new Map([...new Set(names)].sort(byName).map((service) => [service, groups.get(service) ?? []]));
};

const grouped = (lines: readonly ServerLine[]): ReadonlyMap<string | null, readonly ServerLine[]> => {
  const groups = new Map<string | null, ServerLine[]>();
  for (const line of [...lines].sort(inOrder)) {
    const group = groups.get(line.service);
    if (group === undefined) groups.set(line.service, [line]);
    else group.push(line);
  }
  return groups;
};
