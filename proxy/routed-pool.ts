/** One pool that requests are routed to: its members, what retries it bears, and where the members come from. */
import type { Log } from '../pool/log.ts';
import type { Refusal } from './forward/failure.ts';
import { type RetryBudget, type RetryRules, retryBudget } from './retry-budget.ts';
import { type Source, startingSource } from './source.ts';
import type { StickyRule } from './sticky.ts';
import { RoutingTable, type TableParts } from './table.ts';

/** A pool, as one route leads to it: what a request that goes there needs. */
export interface Routed {
  /** Whose requests go to the same node again; undefined: nobody's. */
  readonly sticky: StickyRule | undefined;
  readonly table: RoutingTable;
  readonly budget: RetryBudget;
  /** Why there is no node to send anything to. */
  readonly nobody: () => Refusal;
}

/** Lines about nodes say of which pool they are: a router may route to several. */
const ofPool = (pool: string, log: Log): Log => ({
  info: (event, fields) => log.info(event, { pool, ...fields }),
  warn: (event, fields) => log.warn(event, { pool, ...fields }),
  error: (event, fields) => log.error(event, { pool, ...fields }),
});

export class RoutedPool implements Omit<Routed, 'sticky'> {
  readonly name: string;
  readonly table: RoutingTable;
  readonly budget: RetryBudget;
  source: Source = startingSource;

  constructor(name: string, parts: Omit<TableParts, 'onLeavingChange' | 'onEjection'>, retry: RetryRules) {
    this.name = name;
    this.table = new RoutingTable({
      ...parts,
      log: ofPool(name, parts.log),
      onLeavingChange: () => this.source.leavingChanged(),
      onEjection: () => this.source.ejectionChanged(),
    });
    this.budget = retryBudget(retry);
  }

  readonly nobody = (): Refusal => this.source.nobody();
}
