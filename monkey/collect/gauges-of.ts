/*
 * What the answers of one round come to: one gauge for each number that is worth sending.
 *
 * INVARIANTS
 * - The order is the same whatever order hosts answered in: by host, command, pid, metric.
 * - No gauge stands twice, since of two that do a metrics server keeps one, and Prometheus refuses the whole file.
 */
import type { Gauge } from './gauge.ts';
import type { HostAnswer, HostProcesses } from './host-answer.ts';
import type { ProcessRow } from './process-row.ts';
import type { Target } from './target.ts';

/** What a gauge stands for: one process, or all processes of a host that are called the same. */
export type By = 'pid' | 'command';

/** Of which processes: those that hold memory, or all, kernel threads and zombies too. */
export type Of = 'those-with-memory' | 'all';

/** All gauges of a round. Hosts that failed have none; of a host that answered twice the first answer counts. */
export const gaugesOf = (
  answers: readonly HostAnswer[],
  by: By = 'pid',
  of: Of = 'those-with-memory',
): readonly Gauge[] => {
  const hosts = new Map<string, HostProcesses>();
  for (const answer of answers) {
    if (answer.kind !== 'processes') continue;
    const host = hostOf(answer.target);
    if (!hosts.has(host)) hosts.set(host, answer);
  }
  const gauges: Gauge[] = [];
  for (const [host, answer] of [...hosts].sort(([a], [b]) => inOrder(a, b))) {
    const processes = of === 'all' ? answer.processes : answer.processes.filter(hasMemory);
    if (by === 'pid') addEachProcess(gauges, host, processes);
    else addEachCommand(gauges, host, processes);
  }
  return gauges;
};

/** Kernel threads and zombies hold none; a name like `kworker/0:1-events` changes as it works, a new metric each time. */
const hasMemory = ({ rssKib, vszKib }: ProcessRow): boolean => rssKib > 0 || vszKib > 0;

/**
 * How a host is called in metrics: as it was named, with its port where one was named, so that `a:22` and `a:2222` are
 * two hosts: `web-1`, `web-1:2222`, `::1`, `[::1]:2222`. Not the user: it sees the same processes.
 */
export const hostOf = ({ host, port }: Pick<Target, 'host' | 'port'>): string => {
  if (port === null) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
};

// A large fleet has millions of gauges in a round: they are added where they belong, without a list for each process.

const addEachProcess = (gauges: Gauge[], host: string, processes: readonly ProcessRow[]): void => {
  const rows = byCommand(processes);
  for (const command of [...rows.keys()].sort(inOrder))
    for (const { pid, rssKib, vszKib, pssKib } of rows.get(command) ?? []) {
      gauges.push({ host, command, pid, metric: 'rss', value: rssKib });
      gauges.push({ host, command, pid, metric: 'vss', value: vszKib });
      if (pssKib !== null) gauges.push({ host, command, pid, metric: 'pss', value: pssKib });
    }
};

/** Each pid once, in the order of pids. A host's commands are few: to sort all of its processes by them would take longer. */
const byCommand = (processes: readonly ProcessRow[]): ReadonlyMap<string, readonly ProcessRow[]> => {
  const byPid = new Map<number, ProcessRow>();
  for (const row of processes) byPid.set(row.pid, row);
  const rows = new Map<string, ProcessRow[]>();
  for (const row of byPid.values()) {
    const before = rows.get(row.command);
    if (before === undefined) rows.set(row.command, [row]);
    else before.push(row);
  }
  for (const of of rows.values()) of.sort((a, b) => a.pid - b.pid);
  return rows;
};

interface Sum {
  rssKib: number;
  vszKib: number;
  /** A sum of shares of which one is missing would look like a process that shrank, so there is none then. */
  pssKib: number | null;
  count: number;
}

const addEachCommand = (gauges: Gauge[], host: string, processes: readonly ProcessRow[]): void => {
  const sums = new Map<string, Sum>();
  for (const { command, rssKib, vszKib, pssKib } of processes) {
    const sum = sums.get(command) ?? { rssKib: 0, vszKib: 0, pssKib: 0, count: 0 };
    sums.set(command, sum);
    sum.rssKib += rssKib;
    sum.vszKib += vszKib;
    sum.pssKib = sum.pssKib === null || pssKib === null ? null : sum.pssKib + pssKib;
    sum.count += 1;
  }
  for (const [command, { rssKib, vszKib, pssKib, count }] of [...sums].sort(([a], [b]) => inOrder(a, b))) {
    gauges.push({ host, command, pid: null, metric: 'rss', value: rssKib });
    gauges.push({ host, command, pid: null, metric: 'vss', value: vszKib });
    if (pssKib !== null) gauges.push({ host, command, pid: null, metric: 'pss', value: pssKib });
    gauges.push({ host, command, pid: null, metric: 'count', value: count });
  }
};

/** By code units: the same on every machine, whatever its language. */
const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
