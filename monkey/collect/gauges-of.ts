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

/** All gauges of a round. Hosts that failed have none; of a host that answered twice the first answer counts. */
export const gaugesOf = (answers: readonly HostAnswer[], by: By = 'pid'): readonly Gauge[] => {
  const hosts = new Map<string, HostProcesses>();
  for (const answer of answers) {
    if (answer.kind !== 'processes') continue;
    const host = hostOf(answer.target);
    if (!hosts.has(host)) hosts.set(host, answer);
  }
  return [...hosts]
    .sort(([a], [b]) => inOrder(a, b))
    .flatMap(([host, { processes }]) =>
      by === 'pid' ? ofEachProcess(host, processes) : ofEachCommand(host, processes),
    );
};

/**
 * How a host is called in metrics: as it was named, with its port where one was named, so that `a:22` and `a:2222` are
 * two hosts: `web-1`, `web-1:2222`, `::1`, `[::1]:2222`. Not the user: it sees the same processes.
 */
export const hostOf = ({ host, port }: Pick<Target, 'host' | 'port'>): string => {
  if (port === null) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
};

const ofEachProcess = (host: string, processes: readonly ProcessRow[]): readonly Gauge[] => {
  const byPid = new Map(processes.map((row) => [row.pid, row]));
  return [...byPid.values()]
    .sort((a, b) => inOrder(a.command, b.command) || a.pid - b.pid)
    .flatMap((row) => memoryGauges({ host, command: row.command, pid: row.pid }, [row]));
};

const ofEachCommand = (host: string, processes: readonly ProcessRow[]): readonly Gauge[] => {
  const rowsOf = new Map<string, ProcessRow[]>();
  for (const row of processes) {
    const rows = rowsOf.get(row.command);
    if (rows === undefined) rowsOf.set(row.command, [row]);
    else rows.push(row);
  }
  return [...rowsOf]
    .sort(([a], [b]) => inOrder(a, b))
    .flatMap(([command, rows]) => {
      const of = { host, command, pid: null };
      return [...memoryGauges(of, rows), { ...of, metric: 'count', value: rows.length } as const];
    });
};

/** A sum of shares of which one is missing would look like a process that shrank, so there is none then. */
const memoryGauges = (of: Pick<Gauge, 'host' | 'command' | 'pid'>, rows: readonly ProcessRow[]): readonly Gauge[] => {
  const shares = rows.flatMap(({ pssKib }) => (pssKib === null ? [] : [pssKib]));
  return [
    { ...of, metric: 'rss', value: sum(rows.map(({ rssKib }) => rssKib)) },
    { ...of, metric: 'vss', value: sum(rows.map(({ vszKib }) => vszKib)) },
    ...(shares.length === rows.length ? [{ ...of, metric: 'pss', value: sum(shares) } as const] : []),
  ];
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** By code units: the same on every machine, whatever its language. */
const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
