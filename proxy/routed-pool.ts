/** One pool that requests are routed to: its members, what retries it bears, and where the members come from. */
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

export class RoutedPool implements Omit<Routed, 'sticky'> {
  readonly name: string;
  readonly table: RoutingTable;
  readonly budget: RetryBudget;
  source: Source = startingSource;

  constructor(name: string, parts: Omit<TableParts, 'onLeavingChange' | 'onEjection'>, retry: RetryRules) {
    this.name = name;
    this.table = new RoutingTable({
      ...parts,
      onLeavingChange: () => this.source.leavingChanged(),
      onEjection: () => this.source.ejectionChanged(),
    });
    this.budget = retryBudget(retry);
  }

  readonly nobody = (): Refusal => this.source.nobody();
}
