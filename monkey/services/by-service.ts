/** The fleet service by service. */
import type { ServerLine } from './judge.ts';
import { inOrder } from './select.ts';
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
export const byService = (lines: readonly ServerLine[]): readonly ServiceLine[] =>
  [...grouped(lines)].map(([service, servers]) => ({
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
}

/**
 * Services with fewer healthy servers than `minHealthy`. `named` is one that somebody expects: it is short also where
 * there is no server of it at all, which nobody else could tell.
 */
export const shortServices = (
  lines: readonly ServerLine[],
  { minHealthy, named }: { readonly minHealthy: number; readonly named?: string | undefined },
): readonly ShortService[] => {
  const services = grouped(lines);
  const asked = named === undefined ? [...services.keys()] : [named];
  return asked.flatMap((service) => {
    if (service === null) return [];
    const servers = services.get(service) ?? [];
    const bad = servers.filter(({ status }) => status !== 'healthy');
    const healthy = servers.length - bad.length;
    return healthy < minHealthy ? [{ service, healthy, total: servers.length, servers: bad }] : [];
  });
};

export const servicesOf = (lines: readonly ServerLine[]): readonly string[] =>
  [...grouped(lines).keys()].filter((service) => service !== null);

const grouped = (lines: readonly ServerLine[]): ReadonlyMap<string | null, readonly ServerLine[]> => {
  const groups = new Map<string | null, ServerLine[]>();
  for (const line of [...lines].sort(inOrder)) {
    const group = groups.get(line.service);
    if (group === undefined) groups.set(line.service, [line]);
    else group.push(line);
  }
  return groups;
};
