/** Which servers are told, and in which order. */
import type { ServerLine, Status } from './judge.ts';

export const sortColumns = ['address', 'service', 'status', 'cpu', 'memory'] as const;

export interface Order {
  readonly column: (typeof sortColumns)[number];
  readonly descending: boolean;
}

export interface Wanted {
  readonly service?: string | undefined;
  readonly status?: Status | undefined;
  /** Without it: by service, then by address. */
  readonly order?: Order | undefined;
}

export const select = (lines: readonly ServerLine[], { service, status, order }: Wanted): readonly ServerLine[] =>
  lines
    .filter((line) => service === undefined || line.service === service)
    .filter((line) => status === undefined || line.status === status)
    .sort((a, b) => (order === undefined ? 0 : byColumn(a, b, order)) || inOrder(a, b));

/** Of services; last what is not known. */
export const byName = (a: string | null, b: string | null): number => nullsLast(a, b, compareNames);

/** By service, then by address; where a column does not tell two servers apart too: the same fleet always looks the same. */
export const inOrder = (a: ServerLine, b: ServerLine): number =>
  byName(a.service, b.service) || compareNames(a.address, b.address);

const byColumn = (a: ServerLine, b: ServerLine, { column, descending }: Order): number => {
  const turned = descending ? -1 : 1;
  switch (column) {
    case 'address':
      return turned * compareNames(a.address, b.address);
    case 'service':
      return nullsLast(a.service, b.service, (one, other) => turned * compareNames(one, other));
    case 'status':
      return turned * (severity[a.status] - severity[b.status]);
    case 'cpu':
      return nullsLast(a.cpuShare, b.cpuShare, (one, other) => turned * (one - other));
    case 'memory':
      return nullsLast(a.memoryShare, b.memoryShare, (one, other) => turned * (one - other));
  }
};

/** What is worst comes first. */
export const severity: Readonly<Record<Status, number>> = { unhealthy: 0, unknown: 1, healthy: 2 };

/** What is not known comes last, whichever way the rest is turned. */
const nullsLast = <T>(a: T | null, b: T | null, compare: (a: T, b: T) => number): number => {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compare(a, b);
};

/** 10.0.0.9 before 10.0.0.10. The language is fixed, so that the order does not hang on the machine's. */
const { compare } = new Intl.Collator('en', { numeric: true });
const compareNames = (a: string, b: string): number => compare(a, b) || (a < b ? -1 : Number(a > b));
